//! A mail server at the other end: SMTP over TCP, a line at a time. It takes letters unless it is told otherwise.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use base64ct::{Base64, Encoding};
use parking_lot::Mutex;
use platform::outbox::MailOptions;
use services::mail::MailServer;

/// Longer than anything takes that goes well.
const PATIENCE: Duration = Duration::from_secs(20);

/// What it does with the next letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Takes,
    /// Not now: it is out of space.
    Later,
    /// There is no such mailbox.
    NoSuchMailbox,
    /// Hangs up once it has the letter, before it says so.
    HangsUp,
    /// Lets nobody in.
    Closed,
}

/// A letter that was handed over.
#[derive(Debug, Clone)]
pub struct Taken {
    pub to: String,
    pub source: String,
}

impl Taken {
    /// A header.
    pub fn header(&self, name: &str) -> String {
        let head = self.source.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_default().to_owned()
    }

    /// The first part, decoded: its text.
    pub fn text(&self) -> String {
        self.part("text/plain")
    }

    pub fn html(&self) -> String {
        self.part("text/html")
    }

    fn part(&self, kind: &str) -> String {
        let from =
            self.source.find(&format!("Content-Type: {kind}")).unwrap_or_else(|| panic!("{}", self.source));
        let part = &self.source[from..];
        let (head, body) = part.split_once("\r\n\r\n").unwrap();
        let body = body.split("\r\n--").next().unwrap();
        if head.contains("quoted-printable") {
            return unquoted(body);
        }
        if head.contains("base64") {
            let packed: String = body.split_whitespace().collect();
            return String::from_utf8(Base64::decode_vec(&packed).unwrap()).unwrap();
        }
        body.to_owned()
    }

    /// What the link in it proves.
    pub fn link(&self) -> String {
        let text = self.text();
        let from = text.find("/choose-password#").unwrap_or_else(|| panic!("no link in {text}"));
        text[from..].split_once('#').unwrap().1.split_whitespace().next().unwrap().to_owned()
    }
}

/// RFC 2045, 6.7.
fn unquoted(text: &str) -> String {
    let text = text.replace("=\r\n", "");
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        if *first == b'=' && after.len() >= 2 {
            let hex = std::str::from_utf8(&after[..2]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}

pub struct MailPeer {
    /// `smtp://127.0.0.1:…`
    pub address: String,
    mood: Arc<Mutex<Mood>>,
    taken: Receiver<Taken>,
}

impl MailPeer {
    pub fn start() -> MailPeer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("smtp://{}", listener.local_addr().unwrap());
        let mood = Arc::new(Mutex::new(Mood::Takes));
        let (sender, taken) = channel();
        let of_threads = mood.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (mood, sender) = (of_threads.clone(), sender.clone());
                std::thread::spawn(move || {
                    // Who is hung up on, hangs up, or stops in the middle: the end of that link, and of nothing else.
                    let _ = serve(stream?, &mood, &sender);
                    std::io::Result::Ok(())
                });
            }
        });
        MailPeer { address, mood, taken }
    }

    /// How a platform sends its letters here.
    pub fn options(&self) -> MailOptions {
        MailOptions {
            server: MailServer::read(&self.address, None, "crm.example").unwrap(),
            from: "Tisserand <nepasrepondre@crm.example>".to_owned(),
            public: "https://crm.example/".to_owned(),
        }
    }

    pub fn be(&self, mood: Mood) {
        *self.mood.lock() = mood;
    }

    /// The next letter, once it comes.
    pub fn next(&self) -> Taken {
        self.taken.recv_timeout(PATIENCE).expect("a letter comes")
    }

    /// The next letter to somebody, once it comes: what was asked for beside an answer may come late.
    pub fn next_to(&self, to: &str) -> Taken {
        loop {
            let letter = self.next();
            if letter.to == to {
                return letter;
            }
        }
    }

    /// Letters that came and nobody looked at.
    pub fn rest(&self) -> Vec<Taken> {
        self.taken.try_iter().collect()
    }
}

fn serve(stream: TcpStream, mood: &Mutex<Mood>, taken: &Sender<Taken>) -> std::io::Result<()> {
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    if *mood.lock() == Mood::Closed {
        return writer.write_all(b"554 nobody is let in\r\n");
    }
    writer.write_all(b"220 mail.example ready\r\n")?;
    let mut to = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let verb = line.split([' ', '\r']).next().unwrap_or_default().to_ascii_uppercase();
        let mood_now = *mood.lock();
        match verb.as_str() {
            "EHLO" => writer.write_all(b"250-mail.example\r\n250 8BITMIME\r\n")?,
            "RCPT" if mood_now == Mood::NoSuchMailbox => {
                writer.write_all(b"550 5.1.1 no such mailbox\r\n")?
            }
            "RCPT" if mood_now == Mood::Later => writer.write_all(b"452 4.3.1 out of space\r\n")?,
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                writer.write_all(b"250 ok\r\n")?;
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n")?;
                let mut source = String::new();
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line)? == 0 {
                        return Ok(());
                    }
                    if line == ".\r\n" {
                        break;
                    }
                    source.push_str(line.strip_prefix('.').unwrap_or(&line));
                }
                let _ = taken.send(Taken { to: to.clone(), source });
                if mood_now == Mood::HangsUp {
                    return Ok(());
                }
                writer.write_all(b"250 taken\r\n")?;
            }
            "QUIT" => return writer.write_all(b"221 goodbye\r\n"),
            _ => writer.write_all(b"250 ok\r\n")?,
        }
    }
}
