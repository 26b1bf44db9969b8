//! Live events: what the journal says, as server-sent events.
//!
//! One thread per environment with listeners waits for its journal and tells its position to all of them. Each listener then reads the
//! journal itself, from where it stands, as its own caller: so what it may not see is not told, a slow one holds nobody up, nothing is kept
//! for those who are away, and resuming is the same as going on.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::thread::{self, JoinHandle};

use axum::extract::{Path, RawQuery, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use dictionary::RecordId;
use dictionary::model::Dictionary;
use engine::Caller;
use engine::personal::is_theirs;
use futures_core::Stream;
use journal::{Actor, Change, Entry, Position};
use parking_lot::Mutex;
use platform::{Entered, OpenEnvironment};
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::spawn_blocking;

use crate::cx::Cx;
use crate::data::presence;
use crate::health::named;
use crate::presence::Place;
use crate::problem::Problem;
use crate::state::AppState;

/// A follower looks this often whether anybody still listens.
const LOOK_UP_MS: u64 = 500;
/// Entries read at a time.
const ENTRIES: u32 = 200;
/// Events that may wait in a connection; a client slower than this waits in the journal.
const WAITING: usize = 256;
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// All followers of one server.
#[derive(Default)]
pub(crate) struct Live {
    followers: Mutex<HashMap<String, Follower>>,
    connections: AtomicUsize,
    connections_max: usize,
    stopped: AtomicBool,
}

struct Follower {
    position: watch::Sender<Position>,
    thread: JoinHandle<()>,
}

impl Live {
    pub(crate) fn new(connections_max: usize) -> Live {
        Live { connections_max, ..Live::default() }
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// The position of an environment's journal, as it moves.
    fn follow(self: &Arc<Live>, name: &str, environment: Arc<OpenEnvironment>) -> watch::Receiver<Position> {
        let mut followers = self.followers.lock();
        if let Some(follower) = followers.get(name)
            && !follower.thread.is_finished()
        {
            return follower.position.subscribe();
        }
        let (sender, receiver) = watch::channel(environment.engine.wait_beyond(0, 0));
        let (live, told, name) = (self.clone(), sender.clone(), name.to_owned());
        let thread = thread::spawn({
            let name = name.clone();
            move || live.tell(&name, &environment, &told)
        });
        followers.insert(name, Follower { position: sender, thread });
        receiver
    }

    /// The thread of a follower: ends when nobody listens any more, or nothing will happen there.
    fn tell(&self, name: &str, environment: &OpenEnvironment, position: &watch::Sender<Position>) {
        loop {
            let known = *position.borrow();
            let now = environment.engine.wait_beyond(known, LOOK_UP_MS);
            if now > known {
                position.send_replace(now);
            }
            let mut followers = self.followers.lock();
            // Who listens to an environment that moved to another store begins again there, where they were.
            let over = position.receiver_count() == 0 || environment.is_left();
            if over || self.stopped.load(Ordering::Relaxed) {
                followers.remove(name);
                return;
            }
        }
    }

    /// Waits for all followers to end; `stopping` has ended their listeners.
    pub(crate) async fn stop(self: Arc<Live>) {
        self.stopped.store(true, Ordering::Relaxed);
        let threads: Vec<_> = self.followers.lock().drain().map(|(_, follower)| follower.thread).collect();
        let ended = spawn_blocking(move || threads.into_iter().try_for_each(JoinHandle::join));
        if !matches!(ended.await, Ok(Ok(()))) {
            tracing::warn!("a follower of live events broke down");
        }
    }

    fn connect(self: &Arc<Live>) -> Result<Connection, Problem> {
        let connection = Connection(self.clone());
        if self.connections.fetch_add(1, Ordering::Relaxed) >= self.connections_max {
            return Err(Problem::too_many(30));
        }
        Ok(connection)
    }
}

/// A live connection, counted until it is dropped.
struct Connection(Arc<Live>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Follows the changes of an environment from now on, or from after `Last-Event-ID`.
pub(crate) async fn events_follow(
    cx: Cx,
    State(state): State<AppState>,
    Path(environment): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    named("/events/{env}", follow(cx, state, environment, query, &headers).await.into_response())
}

async fn follow(
    cx: Cx,
    state: AppState,
    environment: String,
    query: Option<String>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let connection = state.live.connect()?;
    let resumed = resume_from(headers, query.as_deref())?;
    let live = state.live.clone();
    let name = environment.clone();
    let (receiver, head, me, viewed) = cx
        .in_environment(&environment, move |entered| {
            let head = entered.environment.engine.head()?.position;
            let caller = &entered.caller;
            Ok((live.follow(&name, entered.environment.clone()), head, caller.own(), caller.viewed))
        })
        .await?;
    let moves = state.presence.moves(&environment);
    // A position from the future is of another life of this environment: start from now.
    let after = resumed.filter(|position| *position <= head).unwrap_or(head);
    let (sender, events) = mpsc::channel(WAITING);
    let listener = Listener {
        cx,
        state: state.clone(),
        environment,
        me,
        viewed,
        after,
        positions: receiver,
        moves,
        sender,
        connection,
    };
    tokio::spawn(listener.run());
    let keep_alive = KeepAlive::new().interval(state.config.heartbeat).text("");
    let mut response = Sse::new(Events(events)).keep_alive(keep_alive).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that gather answers before passing them on would hold events back.
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

/// `Last-Event-ID`, or `after` for clients that cannot set headers.
fn resume_from(headers: &HeaderMap, query: Option<&str>) -> Result<Option<Position>, Problem> {
    let sent = headers.get(LAST_EVENT_ID).map(|value| value.to_str().unwrap_or_default().to_owned());
    let asked = || {
        let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        pairs.find(|(key, _)| key == "after").map(|(_, value)| value.into_owned())
    };
    match sent.or_else(asked) {
        None => Ok(None),
        Some(text) => text.trim().parse().map(Some).map_err(|_| {
            Problem::bad_request(
                "Last-Event-ID doit être une position du journal.",
                "Last-Event-ID must be a position of the journal.",
            )
        }),
    }
}

/// Why a listener looks up.
enum Woken {
    Moved,
    /// Somebody came to a record or went.
    Met(Place),
    Check,
    Over,
}

/// One connection's way through the journal.
struct Listener {
    cx: Cx,
    state: AppState,
    environment: String,
    me: Option<RecordId>,
    /// As whom the one who listens looked when they began: whoever looks otherwise begins anew.
    viewed: Option<RecordId>,
    after: Position,
    positions: watch::Receiver<Position>,
    moves: broadcast::Receiver<Place>,
    sender: mpsc::Sender<Event>,
    connection: Connection,
}

impl Listener {
    async fn run(mut self) {
        // The first thing sent makes the connection known to work, tells the client how soon to come back, and from where: a client that
        // is cut off before anything happened misses nothing either.
        let hello = Event::default().event("following").id(self.after.to_string());
        let hello = hello.data(json!({"position": self.after}).to_string());
        let hello = hello.retry(std::time::Duration::from_secs(2));
        if self.sender.send(hello).await.is_err() {
            return;
        }
        let mut stopping = self.state.stopping.clone();
        if *stopping.borrow_and_update() {
            return;
        }
        let mut checks = tokio::time::interval(self.state.config.heartbeat);
        loop {
            let told = *self.positions.borrow_and_update();
            let position = if told > self.after {
                self.send_new().await
            } else {
                let woken = tokio::select! {
                    changed = self.positions.changed() => if changed.is_ok() { Woken::Moved } else { Woken::Over },
                    met = self.moves.recv() => match met {
                        Ok(place) => Woken::Met(place),
                        // Too much to tell: whoever is at a record hears of the others when they speak next.
                        Err(RecvError::Lagged(_)) => Woken::Moved,
                        Err(RecvError::Closed) => Woken::Over,
                    },
                    _ = checks.tick() => Woken::Check,
                    () = self.sender.closed() => Woken::Over,
                    _ = stopping.changed() => Woken::Over,
                };
                match woken {
                    Woken::Moved => Some(self.after),
                    Woken::Met(place) => self.send_presence(place).await.then_some(self.after),
                    // Whoever signed out, or lost their access, stops listening.
                    Woken::Check => self.still_allowed().await.then_some(self.after),
                    Woken::Over => None,
                }
            };
            match position {
                Some(position) => self.after = position,
                None => break,
            }
        }
        drop(self.connection);
    }

    /// Sends what was committed after `self.after`; where that ends, or `None` to hang up.
    async fn send_new(&self) -> Option<Position> {
        let (after, viewed) = (self.after, self.viewed);
        let read = self.cx.in_environment(&self.environment, move |entered| {
            same(entered, viewed)?;
            let engine = &entered.environment.engine;
            let entries = engine.entries(&entered.caller, after, ENTRIES)?;
            let last = entries.last().map(|entry| entry.position);
            let dictionary = entered.dictionary();
            let told = |entry| events_of(&dictionary, entry, &entered.caller);
            let events: Vec<Event> = entries.iter().flat_map(told).collect();
            Ok((events, last))
        });
        let (events, last) = match read.await {
            Ok(read) => read,
            Err(problem) if problem.code == "too_many" => return Some(after),
            Err(_) => return None,
        };
        self.state.metrics.events_sent(events.len());
        for event in events {
            self.sender.send(event).await.ok()?;
        }
        // Nothing to read although the head moved: what is new is not for this caller.
        Some(last.unwrap_or_else(|| *self.positions.borrow()))
    }

    /// Tells who is at a record, if this caller is there too and may still read it. False to hang up.
    async fn send_presence(&self, place: Place) -> bool {
        let Some(me) = self.me else { return true };
        // Most are elsewhere: that is known without entering.
        let people = self.state.presence.at(&self.environment, &place);
        if !people.iter().any(|present| present.person == me) {
            return true;
        }
        let (state, environment) = (self.state.clone(), self.environment.clone());
        let told = self.cx.in_environment(&self.environment, move |entered| {
            Ok(presence::told(entered, &state.presence, &environment, &place, me))
        });
        match told.await {
            Ok(Some(data)) => {
                let event = Event::default().event("presence").data(data.to_string());
                self.sender.send(event).await.is_ok()
            }
            Ok(None) => true,
            Err(problem) => problem.code == "too_many",
        }
    }

    async fn still_allowed(&self) -> bool {
        let viewed = self.viewed;
        match self.cx.in_environment(&self.environment, move |entered| same(entered, viewed)).await {
            Ok(()) => true,
            Err(problem) => problem.code == "too_many",
        }
    }
}

/// Refuses somebody who looks otherwise than when they began to listen.
fn same(entered: &Entered, viewed: Option<RecordId>) -> Result<(), Problem> {
    if entered.caller.viewed == viewed { Ok(()) } else { Err(Problem::view_changed()) }
}

/// The events of an entry. Only the last one carries the position as its id, so that a client cut off in the middle gets the entry again.
/// The system's own records are told to whom they belong only.
fn events_of(dictionary: &Dictionary, entry: &Entry, caller: &Caller) -> Vec<Event> {
    let changes: Vec<&Change> = entry
        .changes
        .iter()
        .flatten()
        .filter(|change| {
            dictionary.entity(&change.entity).is_some_and(|entity| !entity.internal)
                || is_theirs(change, &entry.cause.actor, caller)
        })
        .collect();
    let actor = match &entry.cause.actor {
        Actor::User(id) => Some(id),
        Actor::System => None,
    };
    let count = changes.len();
    changes
        .iter()
        .enumerate()
        .map(|(index, change)| {
            let entity = dictionary.entity(&change.entity);
            let fields: Vec<String> = change
                .fields
                .iter()
                .filter_map(|field| entity?.field(&field.field))
                .filter(|field| !field.secret)
                .map(|field| field.name.clone())
                .collect();
            let data = json!({
                "position": entry.position,
                "entity": change.entity,
                "id": change.record,
                "operation": change.operation,
                "fields": fields,
                "actor": actor,
            });
            let event = Event::default().data(data.to_string());
            if index + 1 == count { event.id(entry.position.to_string()) } else { event }
        })
        .collect()
}

/// Events as a stream; ends when the listener does.
struct Events(mpsc::Receiver<Event>);

impl Stream for Events {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|event| event.map(Ok))
    }
}
