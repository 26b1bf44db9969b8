//! A person or a program at the other end.

use std::io::{BufRead, BufReader, Read};

use serde_json::Value as Json;
use ureq::Agent;
use ureq::http::{Method, Request, Response};

/// A text as it stands in a query string.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// A picture of one point, in a grey of 0 to 255.
pub fn picture(grey: u8) -> Vec<u8> {
    let mut png = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut png);
    image::GrayImage::from_pixel(1, 1, [grey].into()).write_with_encoder(encoder).unwrap();
    png
}

/// The address of a route, its parameters filled in.
pub fn filled(path: &str, environment: &str) -> String {
    let id = "0192f3a0-7e1c-7c3a-9f5e-0123456789ab";
    let parts = [
        ("{env}", environment),
        ("{collection}", "accounts"),
        ("{id}", id),
        ("{key}", "code"),
        ("{value}", "T000001"),
        ("{list}", "account_kind"),
        ("{tag}", "customer"),
        ("{import}", "0192f3a0-7e1c"),
        ("{profile}", "sales"),
        ("{provider}", "acme"),
        ("{field}", "contract"),
        ("{transition}", "convert"),
    ];
    parts.iter().fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub bytes: Vec<u8>,
}

impl Answer {
    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// The stable code of a problem.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Status and code of a problem.
    pub fn refusal(&self) -> (u16, String) {
        (self.status, self.code())
    }
}

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    pub address: String,
    pub environment: String,
    pub headers: Vec<(String, String)>,
}

impl Client {
    pub fn new(address: &str) -> Client {
        // A connection each: one whose request was refused before its body was read is closed, maybe just when the next request begins.
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_connections(0)
            .max_idle_connections_per_host(0)
            .build();
        Client {
            agent: Agent::new_with_config(config),
            address: address.to_owned(),
            environment: "acme".to_owned(),
            headers: Vec::new(),
        }
    }

    /// Keeps the cookies and the CSRF value of an answer to signing in.
    pub fn keep_session(&mut self, answer: &Answer, environment: &str) {
        let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
        let cookies: Vec<&str> = set.map(|(_, cookie)| cookie.split(';').next().unwrap()).collect();
        let csrf = answer.json()["csrf"].as_str().unwrap().to_owned();
        self.headers.retain(|(name, _)| name != "cookie" && name != "x-csrf-token");
        self.headers.push(("cookie".to_owned(), cookies.join("; ")));
        self.headers.push(("x-csrf-token".to_owned(), csrf));
        self.environment = environment.to_owned();
    }

    /// The same, with one more header.
    pub fn with(&self, name: &str, value: &str) -> Client {
        let mut other = self.clone();
        other.headers.retain(|(known, _)| known != name);
        other.headers.push((name.to_owned(), value.to_owned()));
        other
    }

    pub fn without(&self, name: &str) -> Client {
        let mut other = self.clone();
        other.headers.retain(|(known, _)| known != name);
        other
    }

    pub fn send(&self, method: &str, path: &str, content_type: Option<&str>, body: &[u8]) -> Answer {
        let response = self.run(method, path, content_type, body);
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into()));
        let headers = headers.collect();
        let mut bytes = Vec::new();
        response.into_body().into_reader().read_to_end(&mut bytes).unwrap();
        Answer { status, headers, bytes }
    }

    fn run(&self, method: &str, path: &str, content_type: Option<&str>, body: &[u8]) -> Response<ureq::Body> {
        let address = format!("{}{}", self.address, path.replace(' ', "%20"));
        let method: Method = method.parse().unwrap();
        let mut request = Request::builder().method(method).uri(address);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let sent = if content_type.is_some() {
            self.agent.run(request.body(body).unwrap())
        } else {
            self.agent.run(request.body(()).unwrap())
        };
        sent.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None, &[])
    }

    pub fn post(&self, path: &str, body: &Json) -> Answer {
        self.send("POST", path, Some("application/json"), body.to_string().as_bytes())
    }

    pub fn patch(&self, path: &str, body: &Json) -> Answer {
        self.send("PATCH", path, Some("application/json"), body.to_string().as_bytes())
    }

    pub fn put(&self, path: &str, body: &Json) -> Answer {
        self.send("PUT", path, Some("application/json"), body.to_string().as_bytes())
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None, &[])
    }

    /// An address in this person's environment.
    pub fn at(&self, path: &str) -> String {
        format!("/data/{}/{path}", self.environment)
    }

    /// Creates a record and returns it.
    pub fn create(&self, collection: &str, body: Json) -> Json {
        let answer = self.post(&self.at(collection), &body);
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    /// The records of a list.
    pub fn list(&self, query: &str) -> Vec<Json> {
        let answer = self.get(&self.at(query));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["value"].as_array().unwrap().clone()
    }

    /// Names of the records of a list.
    pub fn names(&self, query: &str) -> Vec<String> {
        self.list(query).iter().map(|record| record["name"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Live events of this person's environment.
    pub fn follow(&self) -> Events {
        let response = self.run("GET", &format!("/events/{}", self.environment), None, &[]);
        assert_eq!(response.status().as_u16(), 200);
        let mut events = Events { lines: BufReader::new(Box::new(response.into_body().into_reader())) };
        // Wait for the greeting: from then on nothing is missed.
        events.block();
        events
    }
}

/// A live connection.
pub struct Events {
    lines: BufReader<Box<dyn Read + Send>>,
}

impl Events {
    /// The next event's data, and its id if it has one; `None` when the server hung up.
    pub fn next_event(&mut self) -> Option<(Option<u64>, Json)> {
        loop {
            let block = self.block()?;
            let data = block.iter().find_map(|line| line.strip_prefix("data: "));
            if let Some(data) = data {
                let id =
                    block.iter().find_map(|line| line.strip_prefix("id: ")).map(|id| id.parse().unwrap());
                return Some((id, serde_json::from_str(data).unwrap()));
            }
        }
    }

    fn block(&mut self) -> Option<Vec<String>> {
        let mut block = Vec::new();
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let line = line.trim_end_matches(['\r', '\n']);
            if line.is_empty() {
                return Some(block);
            }
            block.push(line.to_owned());
        }
    }
}
