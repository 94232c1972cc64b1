//! A listener and a router in, answers out, however slow, many or large the requests are.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, header},
};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{net::TcpListener, sync::Notify, task::AbortHandle, time};
use tower::ServiceExt as _;

/// Connections open at a time, well below what systems allow a program. Where there is one more, the one that has
/// asked for nothing longest goes.
const MAX_CONNECTIONS: usize = 512;

/// How long a request's header may take, and how long a connection may idle before its next one.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// How long connections get to end their answers once the server is asked to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// Whose request takes longer goes where there is no room left, milliseconds.
const LONG_REQUEST_MS: u64 = 3_000;

/// A file descriptor that cannot be had now may be had in a moment.
const ACCEPT_RETRY_AFTER: Duration = Duration::from_millis(50);

/// Answers requests until `stop` is ready, then lets the answers under way end.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let (mut open, ended, start) = (Vec::<Connection>::new(), Arc::new(Notify::new()), Instant::now());
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            // One more is accepted than there may be: whom it replaces is known only then.
            let accepted = listener.accept().await;
            while !make_room(&mut open, millis_since(start)) {
                let _ = time::timeout(ACCEPT_RETRY_AFTER, ended.notified()).await;
            }
            accepted
        };
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accepted => accepted,
        };
        let Ok((stream, _)) = accepted else {
            time::sleep(ACCEPT_RETRY_AFTER).await;
            continue;
        };
        // A short answer must not wait for the acknowledgement of the one before.
        let _ = stream.set_nodelay(true);
        let state = Arc::new(Activity { is_busy: AtomicBool::new(false), last: AtomicU64::new(millis_since(start)) });
        let (router, seen) = (router.clone(), Arc::clone(&state));
        let service = service_fn(move |request| {
            let (router, seen) = (router.clone(), Arc::clone(&seen));
            async move {
                seen.last.store(millis_since(start), Ordering::Relaxed);
                seen.is_busy.store(true, Ordering::Relaxed);
                let answer = router.oneshot(request).await;
                seen.last.store(millis_since(start), Ordering::Relaxed);
                seen.is_busy.store(false, Ordering::Relaxed);
                answer
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .max_headers(64)
            .max_buf_size(64 * 1024)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        let ended = Arc::clone(&ended);
        let task = tokio::spawn(async move {
            // What breaks a connection is its client's business.
            let _ = connection.await;
            ended.notify_one();
        });
        open.push(Connection { state, task: task.abort_handle() });
    }
    let _ = time::timeout(STOP_TIMEOUT, graceful.shutdown()).await;
}

/// An open connection.
struct Connection {
    state: Arc<Activity>,
    task: AbortHandle,
}

/// What a connection is doing.
struct Activity {
    /// A request is being answered.
    is_busy: AtomicBool,
    /// When it began, last asked or was last answered: milliseconds since the server began.
    last: AtomicU64,
}

fn millis_since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Says whether there is room for one more connection. Makes it, where there is one that asks for nothing, or takes
/// long to say what.
fn make_room(open: &mut Vec<Connection>, now: u64) -> bool {
    if open.len() < MAX_CONNECTIONS {
        return true;
    }
    open.retain(|connection| !connection.task.is_finished());
    if open.len() < MAX_CONNECTIONS {
        return true;
    }
    let age = |connection: &Connection| now.saturating_sub(connection.state.last.load(Ordering::Relaxed));
    let rank = |connection: &Connection| (!connection.state.is_busy.load(Ordering::Relaxed), age(connection));
    let Some((at, (is_idle, age))) = open.iter().map(rank).enumerate().max_by_key(|(_, rank)| *rank) else {
        return true;
    };
    let may_go = is_idle || age > LONG_REQUEST_MS;
    if may_go {
        open.swap_remove(at).task.abort();
    }
    may_go
}

/// Forbids browsers to guess what an answer is, to tell others of its address, and to do more than `policy` allows,
/// where the answer has no policy of its own.
pub(super) fn set_security_headers(headers: &mut HeaderMap, policy: &'static str) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(policy));
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
    async fn idle_connections_give_way() {
        let (address, _stop, _server) = started().await;
        let mut idle = Vec::new();
        for _ in 0..MAX_CONNECTIONS + 100 {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            stream.write_all(b"GET / HT").await.unwrap();
            idle.push(stream);
        }
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        time::timeout(HEADER_TIMEOUT / 2, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
        assert!(answer.ends_with("here"), "{answer}");
        // The last of them is still heard, the first is not.
        let mut last = idle.pop().unwrap();
        last.write_all(b"TP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        last.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("here"), "{answer}");
        assert_eq!(idle[0].read(&mut [0; 8]).await.unwrap_or_default(), 0);
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
