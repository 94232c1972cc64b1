//! A name in, the texts of its TXT records or the servers for its mail out. Only this module asks DNS.

use std::time::Duration;

use hickory_resolver::{ResolverBuilder, TokioResolver, net::runtime::TokioRuntimeProvider, proto::rr::RData};

use crate::diagnostic::Explain;

/// How long one question may take, and how often it is put.
const PATIENCE: (Duration, usize) = (Duration::from_secs(5), 2);

/// Somebody to ask.
#[derive(Debug)]
pub struct Resolver(TokioResolver);

/// Why there is no answer. That a name has no such record is an answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system names no server.
    #[error("this machine has no usable DNS settings")]
    Settings(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Nobody answered, or with a failure.
    #[error("cannot look up `{0}`")]
    Lookup(String, #[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Explain for Error {}

impl Resolver {
    /// Asks the servers that this machine is set up with.
    ///
    /// # Errors
    /// When there are none.
    pub fn system() -> Result<Self, Error> {
        Self::build(TokioResolver::builder_tokio().map_err(|error| Error::Settings(error.into()))?)
    }

    fn build(mut builder: ResolverBuilder<TokioRuntimeProvider>) -> Result<Self, Error> {
        let options = builder.options_mut();
        (options.timeout, options.attempts) = PATIENCE;
        builder.build().map(Self).map_err(|error| Error::Settings(error.into()))
    }

    /// The texts of the TXT records of a name, each with its strings joined (RFC 7208 3.3); none where there are none.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn txt(&self, name: &str) -> Result<Vec<String>, Error> {
        // With a dot at its end the name is whole, and no search list of this machine is tried.
        let found = match self.0.txt_lookup(format!("{name}.")).await {
            Ok(found) => found,
            Err(error) if error.is_no_records_found() => return Ok(Vec::new()),
            Err(error) => return Err(Error::Lookup(name.to_owned(), error.into())),
        };
        let texts = found.answers().iter().filter_map(|record| match &record.data {
            RData::TXT(txt) => Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned()),
            _ => None,
        });
        Ok(texts.collect())
    }

    /// The servers that take a domain's mail (RFC 5321 5.1), the first choice first; none where there are none. A domain
    /// that says that it takes no mail (RFC 7505) names one server, without a name.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn mx(&self, name: &str) -> Result<Vec<String>, Error> {
        let found = match self.0.mx_lookup(format!("{name}.")).await {
            Ok(found) => found,
            Err(error) if error.is_no_records_found() => return Ok(Vec::new()),
            Err(error) => return Err(Error::Lookup(name.to_owned(), error.into())),
        };
        let servers = found.answers().iter().filter_map(|record| match &record.data {
            RData::MX(mx) => Some((mx.preference, mx.exchange.to_utf8())),
            _ => None,
        });
        let mut servers: Vec<(u16, String)> = servers.collect();
        servers.sort();
        Ok(servers.into_iter().map(|(_, name)| name.trim_end_matches('.').to_owned()).collect())
    }

    /// Says whether a name has an address.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn has_address(&self, name: &str) -> Result<bool, Error> {
        match self.0.lookup_ip(format!("{name}.")).await {
            Ok(found) => Ok(found.iter().next().is_some()),
            Err(error) if error.is_no_records_found() => Ok(false),
            Err(error) => Err(Error::Lookup(name.to_owned(), error.into())),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::net::SocketAddr;

    use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};

    use tokio::net::UdpSocket;

    use super::*;

    impl Resolver {
        /// Asks one server.
        pub(crate) fn at(server: SocketAddr) -> Result<Self, Error> {
            let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                connection.port = server.port();
                connection
            });
            let server = NameServerConfig::new(server.ip(), true, connections.into());
            let config = ResolverConfig::from_name_servers(vec![server]);
            Self::build(TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()))
        }
    }

    /// A server on loopback that gives each name its texts, and says of others that they do not exist; a text of
    /// nothing makes it fail. `MX host` is a mail server and `A 192.0.2.1` an address, not a text.
    pub(crate) async fn serve(records: Vec<(String, Vec<String>)>) -> SocketAddr {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        tokio::spawn(async move {
            let mut query = [0; 512];
            while let Ok((_, peer)) = socket.recv_from(&mut query).await {
                socket.send_to(&answer(&query, &records), peer).await.unwrap();
            }
        });
        address
    }

    /// RFC 1035 4: the header, the question again, the answers.
    fn answer(query: &[u8], records: &[(String, Vec<String>)]) -> Vec<u8> {
        let (mut at, mut labels) = (12, Vec::new());
        while query[at] != 0 {
            let length = usize::from(query[at]);
            labels.push(String::from_utf8_lossy(&query[at + 1..=at + length]).into_owned());
            at += length + 1;
        }
        let texts =
            records.iter().find(|(name, _)| name.eq_ignore_ascii_case(&labels.join("."))).map(|(_, texts)| texts);
        let code = match texts {
            None => 3,
            Some(texts) if texts.iter().any(String::is_empty) => 2,
            Some(_) => 0,
        };
        let asked = u16::from_be_bytes([query[at + 1], query[at + 2]]);
        let records = texts.filter(|_| code == 0).map(Vec::as_slice).unwrap_or_default();
        let data: Vec<Vec<u8>> = records.iter().filter_map(|record| data(record, asked)).collect();
        let mut out = query[..2].to_vec();
        out.extend([0x81, 0x80 | code, 0, 1, 0, data.len() as u8, 0, 0, 0, 0]);
        out.extend(&query[12..at + 5]);
        for data in data {
            out.extend([0xc0, 12]);
            out.extend(asked.to_be_bytes());
            out.extend([0, 1, 0, 0, 0, 60]);
            out.extend((data.len() as u16).to_be_bytes());
            out.extend(data);
        }
        out
    }

    /// The data of a record, where it is of the type asked for.
    fn data(record: &str, asked: u16) -> Option<Vec<u8>> {
        let label = |label: &str| [&[label.len() as u8], label.as_bytes()].concat();
        match (asked, record.split_once(' ')) {
            (15, Some(("MX", host))) => {
                let labels: Vec<u8> = host.split('.').filter(|part| !part.is_empty()).flat_map(label).collect();
                Some([&[0, 10], labels.as_slice(), &[0]].concat())
            }
            (1, Some(("A", address))) => Some(address.parse::<std::net::Ipv4Addr>().unwrap().octets().to_vec()),
            (_, Some(("MX" | "A", _))) => None,
            (16, _) => {
                let strings = record.as_bytes().chunks(200);
                Some(strings.flat_map(|string| [&[string.len() as u8], string].concat()).collect())
            }
            _ => None,
        }
    }

    #[tokio::test]
    async fn the_servers_for_mail_are_named() {
        let records = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let server = serve(vec![
            ("a.example".to_owned(), records(&["MX mx.a.example", "v=spf1 -all", "A 192.0.2.1"])),
            ("none.example".to_owned(), records(&["MX "])),
        ])
        .await;
        let resolver = Resolver::at(server).unwrap();
        assert_eq!(resolver.mx("a.example").await.unwrap(), ["mx.a.example"]);
        assert_eq!(resolver.mx("none.example").await.unwrap(), [""]);
        assert_eq!(resolver.mx("other.example").await.unwrap(), Vec::<String>::new());
        assert!(resolver.has_address("a.example").await.unwrap());
        assert!(!resolver.has_address("other.example").await.unwrap());
        assert_eq!(resolver.txt("a.example").await.unwrap(), ["v=spf1 -all"]);
    }

    #[tokio::test]
    async fn strings_of_a_record_are_joined() {
        let (long, name) = ("x".repeat(390), "s._domainkey.harbour.example");
        let server = serve(vec![(name.to_owned(), vec![long.clone()])]).await;
        let resolver = Resolver::at(server).unwrap();
        assert_eq!(resolver.txt(name).await.unwrap(), [long]);
        assert_eq!(resolver.txt("other.example").await.unwrap(), Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_server_that_fails_is_no_answer() {
        let server = serve(vec![("a.example".to_owned(), vec![String::new()])]).await;
        let error = Resolver::at(server).unwrap().txt("a.example").await.unwrap_err();
        assert_eq!(error.to_string(), "cannot look up `a.example`");
    }
}
