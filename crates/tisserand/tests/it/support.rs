//! A data folder with a small shop, commands run in it, servers started on it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value as Json;
use tempfile::TempDir;
use ureq::Agent;
use ureq::http::{Method, Request};

/// A platform in a folder, with its own modules folder; its rows in files, or in a database.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) database: Option<String>,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    pub(crate) fn ok(self) -> Said {
        assert_eq!(self.code, 0, "{} {}", self.out, self.err);
        self
    }

    /// The last line of standard output as JSON.
    pub(crate) fn json(&self) -> Json {
        let line = self.out.trim_end().lines().last().unwrap_or_default();
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {} {}", self.out, self.err))
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Said {
        Said {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

const MODULE: &str = r#"
name = "shop"
version = "1.0.0"
label = { fr = "Boutique", en = "Shop" }
"#;

const ORDER: &str = r#"
label = { fr = "Commande", en = "Order" }
plural = { fr = "Commandes", en = "Purchases" }
collection = "purchases"
title = "{name}"
code = { prefix = "C", width = 6 }
[fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
required = true
[fields.number]
type = "integer"
label = { fr = "Numéro", en = "Number" }
[fields.items]
type = "lines"
of = "item"
by = "purchase"
label = { fr = "Lignes", en = "Items" }
[fields.total]
type = "computed"
returns = "integer"
formula = "sum(items.quantity)"
label = { fr = "Total", en = "Total" }
"#;

const ITEM: &str = r#"
label = { fr = "Ligne", en = "Item" }
plural = { fr = "Lignes", en = "Items" }
title = "{name}"
lines_of = "purchase"
[fields.purchase]
type = "reference"
to = "purchase"
on_delete = "cascade"
required = true
label = { fr = "Commande", en = "Order" }
[fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
required = true
[fields.quantity]
type = "integer"
label = { fr = "Quantité", en = "Quantity" }
"#;

impl Place {
    /// An empty folder, without platform.
    pub(crate) fn empty() -> Place {
        Place::empty_in(None)
    }

    /// The same, whose rows will be in that database.
    pub(crate) fn empty_in(database: Option<String>) -> Place {
        let place = Place { folder: tempfile::tempdir().unwrap(), database };
        place.module_file("module.toml", MODULE);
        place.module_file("entities/purchase.toml", ORDER);
        place.module_file("entities/item.toml", ITEM);
        place
    }

    /// A platform with the environment `shop`, and Ada who administers it.
    pub(crate) fn shop() -> Place {
        Place::shop_in(None)
    }

    /// The same, its rows in a database.
    pub(crate) fn shop_on_postgres() -> Place {
        Place::shop_in(Some(test_postgres::address()))
    }

    /// One on each kind of store.
    pub(crate) fn shops() -> [Place; 2] {
        [Place::shop(), Place::shop_on_postgres()]
    }

    fn shop_in(database: Option<String>) -> Place {
        let place = Place::empty_in(database);
        drop(place.serve(&["--create"]));
        place.run(&["env", "create", "shop", "--label", "La boutique", "--with", "shop"]).ok();
        place
            .run(&[
                "user",
                "create",
                "--name",
                "Ada Lenoir",
                "--email",
                "ada@shop.example",
                "--grant",
                "shop=administrator",
            ])
            .ok();
        place
    }

    /// Writes a file of the module `shop`.
    pub(crate) fn module_file(&self, name: &str, content: &str) {
        let path = self.path("modules/shop").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), content).unwrap();
        self.path(name)
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tisserand"));
        command.args(args).current_dir(self.folder.path());
        command
            .env_remove("TISSERAND_ADDRESS")
            .env_remove("TISSERAND_CONFIG")
            .env_remove("TISSERAND_DATABASE")
            .env_remove("LC_ALL")
            .env_remove("LC_MESSAGES");
        command
            .env("TISSERAND_DATA", self.path("data"))
            .env("TISSERAND_MODULES", self.path("modules"))
            .env("LANG", "C.UTF-8");
        if let Some(database) = &self.database {
            command.env("TISSERAND_DATABASE", database);
        }
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Said {
        self.command(args).output().unwrap().into()
    }

    /// A token of Ada for the environment `shop`.
    pub(crate) fn token(&self) -> String {
        let said =
            self.run(&["token", "create", "--user", "ada@shop.example", "--name", "test", "--json"]).ok();
        said.json()["token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn serve(&self, args: &[&str]) -> Server {
        let mut all = vec!["serve", "--address", "127.0.0.1:0"];
        all.extend(args);
        Server::of(self.command(&all))
    }
}

/// A running server, killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    /// Starts a command and waits until it says that it is ready.
    pub(crate) fn of(mut command: Command) -> Server {
        let errors = tempfile::tempfile().unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(errors.try_clone().unwrap()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready =
            lines.find_map(|line| line.unwrap().strip_prefix("Tisserand is ready: ").map(str::to_owned));
        let Some(address) = ready else {
            use std::io::{Read, Seek};
            let (mut errors, mut text) = (errors, String::new());
            errors.rewind().unwrap();
            errors.read_to_string(&mut text).unwrap();
            panic!("the server did not start: {text}");
        };
        // The rest of what it says is read and dropped, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Server { child, address }
    }

    /// `kill -9`, and the end of the process.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A program with a token.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    address: String,
    token: String,
    header: Option<(String, String)>,
}

impl Client {
    pub(crate) fn new(server: &Server, token: &str) -> Client {
        let config = Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        Client {
            agent: Agent::new_with_config(config),
            address: server.address.clone(),
            token: token.to_owned(),
            header: None,
        }
    }

    /// The same, with one header more.
    pub(crate) fn with(&self, name: &str, value: &str) -> Client {
        Client { header: Some((name.to_owned(), value.to_owned())), ..self.clone() }
    }

    /// Status and body; an error when the server is gone.
    pub(crate) fn try_send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Json>,
    ) -> Result<(u16, Json), ureq::Error> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        let request = match &self.header {
            Some((name, value)) => request.header(name, value),
            None => request,
        };
        let mut answer = match body {
            Some(body) => self.agent.run(request.body(body.to_string())?)?,
            None => self.agent.run(request.body(())?)?,
        };
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string()?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Json::Null)))
    }

    /// Sends a file under a name; status and body.
    pub(crate) fn send_file(&self, path: &str, name: &str, content: &str) -> (u16, Json) {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/octet-stream")
            .header("content-disposition", format!("attachment; filename=\"{name}\""));
        let mut answer = self.agent.run(request.body(content.to_owned()).unwrap()).unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        (answer.status().as_u16(), serde_json::from_str(&text).unwrap_or(Json::Null))
    }

    pub(crate) fn get(&self, path: &str) -> (u16, Json) {
        self.try_send(Method::GET, path, None).unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &Json) -> (u16, Json) {
        self.try_send(Method::POST, path, Some(body)).unwrap()
    }

    pub(crate) fn patch(&self, path: &str, body: &Json) -> (u16, Json) {
        self.try_send(Method::PATCH, path, Some(body)).unwrap()
    }
}

/// Lines of a JSON lines file.
pub(crate) fn json_lines(path: &Path) -> Vec<Json> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
