//! Links to a server elsewhere are encrypted, and the server proves who it is.

use std::fs;
use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use store::postgres::Connections;
use store::{PostgresDatabase, PostgresStore, Store};
use tempfile::TempDir;
use test_postgres::Server;

/// A server that is reached by TLS, with a certificate for `localhost`.
struct Encrypted {
    _server: Server,
    address: String,
    folder: TempDir,
    /// The authority that its certificate comes from.
    authority: PathBuf,
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

impl Encrypted {
    fn start(certified: &str) -> Encrypted {
        let (server, folder) = (Server::start(), TempDir::new().unwrap());
        let ours = authority("ours");
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec![certified.to_owned()]).unwrap().signed_by(&key, &ours).unwrap();
        let address = server.speak_tls(&certificate.pem(), &key.serialize_pem());
        let authority = folder.path().join("authority.pem");
        fs::write(&authority, ours.pem()).unwrap();
        Encrypted { _server: server, address, folder, authority }
    }

    fn open(&self, parameters: &str) -> Result<(), String> {
        let address = format!("{}&{parameters}", self.address);
        let database =
            PostgresDatabase::open(&address, Connections::default()).map_err(|error| said(&error))?;
        let store =
            PostgresStore::open(&database, "acme", self.folder.path()).map_err(|error| said(&error))?;
        let head = store.snapshot().and_then(|snapshot| snapshot.head()).map_err(|error| said(&error))?;
        assert_eq!(head.position, 0);
        Ok(())
    }
}

fn said(error: &dyn std::error::Error) -> String {
    let cause = error.source().map(said).unwrap_or_default();
    format!("{error}: {cause}")
}

#[test]
fn an_encrypted_link_serves_as_any_other_once_the_authority_is_named() {
    let encrypted = Encrypted::start("localhost");
    let root = encrypted.authority.display();
    encrypted.open(&format!("sslmode=verify-full&sslrootcert={root}")).unwrap();
    // It lets nobody in without.
    let refused = encrypted.open("sslmode=disable").unwrap_err();
    assert!(refused.contains("pg_hba.conf"), "{refused}");
}

#[test]
fn a_server_that_does_not_prove_who_it_is_is_not_spoken_to() {
    let encrypted = Encrypted::start("localhost");
    let stranger = encrypted.folder.path().join("stranger.pem");
    fs::write(&stranger, authority("somebody else").pem()).unwrap();
    for parameters in
        ["sslmode=require".to_owned(), format!("sslmode=verify-full&sslrootcert={}", stranger.display())]
    {
        let refused = encrypted.open(&parameters).unwrap_err();
        assert!(refused.contains("does not prove who it is") && refused.contains("sslrootcert"), "{refused}");
    }
    let other = Encrypted::start("db.example");
    let refused =
        other.open(&format!("sslmode=require&sslrootcert={}", other.authority.display())).unwrap_err();
    assert!(refused.contains("does not prove who it is"), "a certificate of another name: {refused}");
}

#[test]
fn a_server_that_speaks_no_tls_is_told_with_what_to_do() {
    let server = Server::start();
    let folder = TempDir::new().unwrap();
    let authority_file = folder.path().join("authority.pem");
    fs::write(&authority_file, authority("ours").pem()).unwrap();
    let address =
        format!("{}&sslmode=verify-full&sslrootcert={}", server.address(), authority_file.display());
    let refused = PostgresDatabase::open(&address, Connections::default()).map(drop).unwrap_err();
    let refused = said(&refused);
    assert!(refused.contains("speaks no TLS") && refused.contains("sslmode=disable"), "{refused}");
}
