//! A company's directory: OpenLDAP (`slapd`) on free ports, in a folder of its own, with Acme's people.

use std::fs;
use std::path::Path;
use std::process::Command;

use ldap3::{LdapConn, Mod};
use platform::ldap::NewDirectory;
use tempfile::TempDir;

use crate::issuer::Issuer;
use crate::peer::{Peer, free_ports, program};

pub const BASE: &str = "dc=acme,dc=example";
/// Who searches.
pub const ACCOUNT: &str = "cn=tisserand,dc=acme,dc=example";
pub const ACCOUNT_PASSWORD: &str = "le compte qui cherche";
const ADMIN: &str = "cn=admin,dc=acme,dc=example";
const ADMIN_PASSWORD: &str = "l'administrateur";

/// A running directory.
pub struct CompanyDirectory {
    /// Port of `ldap://127.0.0.1`.
    pub port: u16,
    /// Port of `ldaps://127.0.0.1`.
    pub tls_port: u16,
    /// Certificate (PEM) of the authority that its own comes from.
    pub authority: String,
    _slapd: Peer,
    _folder: TempDir,
}

impl CompanyDirectory {
    /// With Zoé, whose password is `zoe`, and Paul, whose password is `paul`, of `acme.example`; in no group.
    pub fn start() -> CompanyDirectory {
        CompanyDirectory::start_with(true)
    }

    /// The same, that encrypts nothing.
    pub fn start_without_tls() -> CompanyDirectory {
        CompanyDirectory::start_with(false)
    }

    fn start_with(tls: bool) -> CompanyDirectory {
        let folder = tempfile::tempdir().unwrap();
        let authority = certificates(folder.path());
        fs::create_dir(folder.path().join("db")).unwrap();
        fs::write(folder.path().join("slapd.conf"), configuration(folder.path(), tls)).unwrap();
        let (slapd, port, tls_port) = serve(folder.path());
        let directory = CompanyDirectory { port, tls_port, authority, _slapd: slapd, _folder: folder };
        directory.fill();
        directory
    }

    /// How Tisserand is told of it: encrypted by STARTTLS, searched by an account.
    pub fn setting(&self) -> NewDirectory {
        NewDirectory {
            code: "acme".to_owned(),
            client: "Acme Chauffage".to_owned(),
            name: "Acme".to_owned(),
            address: format!("ldap://127.0.0.1:{}", self.port),
            authorities: Some(self.authority.clone()),
            domains: vec!["acme.example".to_owned()],
            base: format!("ou=people,{BASE}"),
            account: Some(ACCOUNT.to_owned()),
            account_password: Some(ACCOUNT_PASSWORD.to_owned()),
            groups_base: Some(format!("ou=groups,{BASE}")),
            groups_filter: Some("(member={dn})".to_owned()),
            ..NewDirectory::usual()
        }
    }

    /// Adds somebody, with that as name, password and beginning of their address.
    pub fn person(&self, uid: &str, name: &str) {
        self.person_of(uid, name, &format!("{uid}@acme.example"));
    }

    /// The same, with that address.
    pub fn person_of(&self, uid: &str, name: &str, mail: &str) {
        let attributes = [
            ("objectClass", vec!["inetOrgPerson"]),
            ("cn", vec![name]),
            ("sn", vec![name]),
            ("mail", vec![mail]),
            ("userPassword", vec![uid]),
        ];
        self.add(&dn(uid), &attributes);
    }

    /// Takes somebody away.
    pub fn leaves(&self, uid: &str) {
        self.admin().delete(&dn(uid)).unwrap().success().unwrap();
    }

    /// Gives somebody another password.
    pub fn password(&self, uid: &str, password: &str) {
        self.change(&dn(uid), "userPassword", password);
    }

    /// Gives somebody another address.
    pub fn address(&self, uid: &str, mail: &str) {
        self.change(&dn(uid), "mail", mail);
    }

    /// Makes a group of them beneath `unit`.
    pub fn group(&self, unit: &str, name: &str, members: &[&str]) {
        let members: Vec<String> = members.iter().map(|uid| dn(uid)).collect();
        let mut attributes = vec![("objectClass", vec!["groupOfNames"]), ("cn", vec![name])];
        attributes.push(("member", members.iter().map(String::as_str).collect()));
        self.add(&format!("cn={name},ou={unit},{BASE}"), &attributes);
    }

    /// Dissolves one.
    pub fn dissolved(&self, unit: &str, name: &str) {
        self.admin().delete(&format!("cn={name},ou={unit},{BASE}")).unwrap().success().unwrap();
    }

    fn change(&self, dn: &str, attribute: &str, value: &str) {
        let change = vec![Mod::Replace(attribute, [value].into())];
        self.admin().modify(dn, change).unwrap().success().unwrap();
    }

    fn add(&self, dn: &str, attributes: &[(&str, Vec<&str>)]) {
        let attributes = attributes.iter().map(|(name, values)| (*name, values.iter().copied().collect()));
        self.admin().add(dn, attributes.collect()).unwrap().success().unwrap();
    }

    fn fill(&self) {
        let organisation = vec!["dcObject", "organization"];
        self.add(BASE, &[("objectClass", organisation), ("dc", vec!["acme"]), ("o", vec!["Acme"])]);
        for unit in ["people", "groups", "elsewhere"] {
            self.add(
                &format!("ou={unit},{BASE}"),
                &[("objectClass", vec!["organizationalUnit"]), ("ou", vec![unit])],
            );
        }
        let role = vec!["organizationalRole", "simpleSecurityObject"];
        let account =
            [("objectClass", role), ("cn", vec!["tisserand"]), ("userPassword", vec![ACCOUNT_PASSWORD])];
        self.add(ACCOUNT, &account);
        self.person("zoe", "Zoé Martin");
        self.person("paul", "Paul Weber");
    }

    fn admin(&self) -> LdapConn {
        let mut ldap = LdapConn::new(&format!("ldap://127.0.0.1:{}", self.port)).unwrap();
        ldap.simple_bind(ADMIN, ADMIN_PASSWORD).unwrap().success().unwrap();
        ldap
    }
}

fn dn(uid: &str) -> String {
    format!("uid={uid},ou=people,{BASE}")
}

/// Makes an authority, and a certificate of it for this machine; returns the authority's.
fn certificates(folder: &Path) -> String {
    let issuer = Issuer::new();
    let (own, key) = issuer.certificate("127.0.0.1");
    fs::write(folder.join("own.pem"), own).unwrap();
    fs::write(folder.join("key.pem"), key).unwrap();
    issuer.authority()
}

/// An authority that nobody heard of.
pub fn another_authority() -> String {
    Issuer::new().authority()
}

fn configuration(folder: &Path, tls: bool) -> String {
    let at = |name: &str| folder.join(name).display().to_string();
    let mut lines = Vec::new();
    lines.extend(
        ["core", "cosine", "inetorgperson"].map(|one| format!("include /etc/ldap/schema/{one}.schema")),
    );
    lines.push("modulepath /usr/lib/ldap".to_owned());
    lines.extend(["back_mdb", "memberof"].map(|one| format!("moduleload {one}")));
    // What is beneath no database of its own is somebody else's.
    lines.push("referral ldap://127.0.0.1:9".to_owned());
    if tls {
        lines.push(format!("TLSCertificateFile {}", at("own.pem")));
        lines.push(format!("TLSCertificateKeyFile {}", at("key.pem")));
    }
    lines.extend(["database mdb".to_owned(), "maxsize 10485760".to_owned()]);
    lines.push(format!("directory {}", at("db")));
    lines.push(format!("suffix \"{BASE}\""));
    lines.push(format!("rootdn \"{ADMIN}\""));
    lines.push(format!("rootpw \"{ADMIN_PASSWORD}\""));
    lines.push("overlay memberof".to_owned());
    lines.push("access to attrs=userPassword by anonymous auth by * none".to_owned());
    // Who is nobody is told nothing: a search that forgot to say who it is finds nothing.
    lines.push(format!("access to * by dn.exact=\"{ACCOUNT}\" read by users read by * none"));
    lines.join("\n") + "\n"
}

/// Starts it; on other ports where somebody was quicker to take them.
fn serve(folder: &Path) -> (Peer, u16, u16) {
    for _ in 0..5 {
        let [port, tls_port] = free_ports();
        let mut slapd = Command::new(program(&["/usr/sbin/slapd", "/usr/local/sbin/slapd"], "slapd"));
        slapd.args(["-d", "0", "-f"]).arg(folder.join("slapd.conf")).arg("-h");
        slapd.arg(format!("ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tls_port}"));
        if let Some(peer) = Peer::start(folder, "slapd", &slapd, &[port, tls_port]) {
            return (peer, port, tls_port);
        }
    }
    panic!("slapd does not start: slapd -d 1 -f {}", folder.join("slapd.conf").display())
}
