//! A listener and a router in, answers out, however slow, many or large the requests are.

use std::{future::Future, sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore, time};

/// Connections open at a time; who comes later waits in the system's queue.
const CONNECTIONS: usize = 512;

/// How long a request's header may take, and how long a connection may idle before its next one.
const HEADER: Duration = Duration::from_secs(10);

/// How long connections get to end their answers once the server is asked to stop.
const GRACE: Duration = Duration::from_secs(5);

/// A file descriptor that cannot be had now may be had in a moment.
const PAUSE: Duration = Duration::from_millis(50);

/// Answers requests until `stop` is ready, then lets the answers under way end.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, stream) = tokio::select! {
            () = &mut stop => break,
            accepted = accepted => accepted,
        };
        let Ok((stream, _)) = stream else {
            time::sleep(PAUSE).await;
            continue;
        };
        // A short answer must not wait for the acknowledgement of the one before.
        let _ = stream.set_nodelay(true);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER)
            .max_headers(64)
            .max_buf_size(64 * 1024)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // What breaks a connection is its client's business.
            let _ = connection.await;
            drop(place);
        });
    }
    let _ = time::timeout(GRACE, graceful.shutdown()).await;
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        sync::oneshot,
    };

    use super::*;

    async fn started() -> (std::net::SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let router = Router::new().route("/", get(|| async { "here" }));
        let server = tokio::spawn(serve(listener, router, async move { drop(stopped.await) }));
        (address, stop, server)
    }

    #[tokio::test]
    async fn a_request_is_answered_and_a_stop_ends_the_server() {
        let (address, stop, server) = started().await;
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("here"), "{answer}");
        drop(stop);
        server.await.unwrap();
    }

    #[tokio::test]
    async fn too_long_a_header_is_refused() {
        let (address, _stop, _server) = started().await;
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "a".repeat(200_000));
        let _ = stream.write_all(long.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"), "{}", String::from_utf8_lossy(&answer));
    }
}
