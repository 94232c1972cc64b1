//! What a service manager is told: that all is ready, that it is being reloaded, that it lives (`sd_notify`(3)).

use std::{
    env, io,
    os::unix::net::{SocketAddr, UnixDatagram},
    time::Duration,
};

use sd_notify::NotifyState;

/// Tells the service manager, where there is one.
#[derive(Debug)]
pub struct Notifier {
    socket: Option<UnixDatagram>,
    /// How often a sign of life is due.
    interval: Option<Duration>,
}

impl Notifier {
    /// Finds the manager's socket in `NOTIFY_SOCKET`, and in `WATCHDOG_USEC` how long it waits for a sign of life.
    /// A manager that cannot be reached is none.
    pub fn from_environment() -> Self {
        let variable = |name: &str| env::var(name).ok();
        let mine = variable("WATCHDOG_PID").is_none_or(|pid| pid == std::process::id().to_string());
        let limit = variable("WATCHDOG_USEC").and_then(|usec| usec.parse().ok()).filter(|usec| *usec > 0 && mine);
        Self::new(variable("NOTIFY_SOCKET").as_deref(), limit.map(Duration::from_micros))
    }

    /// Tells the manager that listens at `socket`, a path or, after an `@`, an abstract name.
    pub fn new(socket: Option<&str>, watchdog: Option<Duration>) -> Self {
        let connect = |name: &str| {
            let socket = UnixDatagram::unbound()?;
            socket.connect_addr(&address(name)?)?;
            // A manager that does not read must not stop the daemon.
            socket.set_nonblocking(true)?;
            io::Result::Ok(socket)
        };
        let socket = socket.filter(|name| !name.is_empty()).and_then(|name| match connect(name) {
            Ok(socket) => Some(socket),
            Err(error) => {
                tracing::warn!(%error, "the service manager cannot be told anything");
                None
            }
        });
        // Three signs in the time allowed: one that is late stops nobody.
        Self { interval: watchdog.filter(|_| socket.is_some()).map(|limit| limit / 3), socket }
    }

    /// Says how often [`keep_alive`](Self::keep_alive) is due.
    pub fn watchdog_interval(&self) -> Option<Duration> {
        self.interval
    }

    /// Says that all is ready.
    pub fn ready(&self) {
        self.send(&[NotifyState::Ready]);
    }

    /// Says that the config is read again; [`ready`](Self::ready) follows.
    pub fn reloading(&self) {
        match NotifyState::monotonic_usec_now() {
            Ok(now) => self.send(&[NotifyState::Reloading, now]),
            Err(_) => self.send(&[NotifyState::Reloading]),
        }
    }

    /// Says that the end begins.
    pub fn stopping(&self) {
        self.send(&[NotifyState::Stopping]);
    }

    /// Says in one line how things stand.
    pub fn status(&self, text: &str) {
        self.send(&[NotifyState::Status(&text.replace(['\n', '\r'], " "))]);
    }

    /// Gives a sign of life.
    pub fn keep_alive(&self) {
        if self.interval.is_some() {
            self.send(&[NotifyState::Watchdog]);
        }
    }

    fn send(&self, states: &[NotifyState<'_>]) {
        let Some(socket) = &self.socket else { return };
        let text: String = states.iter().map(|state| format!("{state}\n")).collect();
        if let Err(error) = socket.send(text.as_bytes()) {
            tracing::debug!(%error, "the service manager was not told");
        }
    }
}

#[cfg(target_os = "linux")]
fn address(name: &str) -> io::Result<SocketAddr> {
    use std::os::linux::net::SocketAddrExt as _;
    match name.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(name),
    }
}

#[cfg(not(target_os = "linux"))]
fn address(name: &str) -> io::Result<SocketAddr> {
    SocketAddr::from_pathname(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(socket: &UnixDatagram) -> String {
        let mut octets = [0; 1_000];
        let count = socket.recv(&mut octets).unwrap();
        String::from_utf8_lossy(&octets[..count]).into_owned()
    }

    fn check(socket: &UnixDatagram, name: &str) {
        let notifier = Notifier::new(Some(name), Some(Duration::from_secs(30)));
        assert_eq!(notifier.watchdog_interval(), Some(Duration::from_secs(10)));
        notifier.ready();
        assert_eq!(received(socket), "READY=1\n");
        notifier.reloading();
        let text = received(socket);
        let usec = text.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").and_then(|usec| usec.trim().parse::<u64>().ok());
        assert!(usec.is_some_and(|usec| usec > 0), "{text}");
        notifier.status("two\nlines");
        assert_eq!(received(socket), "STATUS=two lines\n");
        notifier.keep_alive();
        assert_eq!(received(socket), "WATCHDOG=1\n");
        notifier.stopping();
        assert_eq!(received(socket), "STOPPING=1\n");
    }

    #[test]
    fn a_manager_is_told_over_a_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        check(&UnixDatagram::bind(&path).unwrap(), path.to_str().unwrap());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_manager_is_told_over_an_abstract_name() {
        let name = format!("@tidings-test-{}", std::process::id());
        check(&UnixDatagram::bind_addr(&address(&name).unwrap()).unwrap(), &name);
    }

    #[test]
    fn without_a_manager_nobody_is_told() {
        for name in [None, Some(""), Some("/nowhere/at/all")] {
            let notifier = Notifier::new(name, Some(Duration::from_secs(30)));
            assert_eq!(notifier.watchdog_interval(), None);
            notifier.ready();
            notifier.keep_alive();
        }
    }
}
