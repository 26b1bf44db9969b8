//! The program speaks TLS, and says what is wrong with a certificate.

use rcgen::{CertificateParams, KeyPair};
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::support::{Place, Said};

/// Files of a certificate for 127.0.0.1 that is its own authority, until that year.
fn certificate(place: &Place, name: &str, until: i32) -> String {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    let chain = params.self_signed(&key).unwrap().pem();
    place.file(&format!("{name}.pem"), &chain);
    place.file(&format!("{name}.key"), key.serialize_pem());
    chain
}

fn browser(chain: &str) -> Agent {
    let root = Certificate::from_pem(chain.as_bytes()).unwrap();
    let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[root])).build();
    Agent::new_with_config(Agent::config_builder().tls_config(tls).build())
}

#[test]
fn the_program_serves_by_https_and_doctor_says_how_long_the_certificate_holds() {
    for place in [Place::empty(), Place::empty_in(Some(test_postgres::address()))] {
        let chain = certificate(&place, "own", 4000);
        let settings = "tls_certificate = \"own.pem\"\ntls_key = \"own.key\"\nredirect = \"127.0.0.1:0\"\n";
        place.file("tisserand.toml", settings);
        let server = place.serve(&["--create"]);
        assert!(server.address.starts_with("https://127.0.0.1:"), "{}", server.address);
        let health = browser(&chain).get(format!("{}/health", server.address)).call().unwrap();
        assert_eq!(health.status(), 200);
        assert!(health.headers().contains_key("strict-transport-security"));
        let said = place.run(&["doctor", "--json"]);
        let found = said.out.lines().find(|line| line.contains("\"certificate\"")).unwrap();
        assert!(found.contains("days left") && found.contains("\"good\""), "{found}");
    }
}

#[test]
fn what_is_wrong_with_a_certificate_is_said_before_anything_is_served() {
    let place = Place::empty();
    certificate(&place, "own", 4000);
    certificate(&place, "other", 4000);
    certificate(&place, "over", 2020);
    let start = |chain: &str, key: &str| -> Said {
        let args = ["serve", "--create", "--address", "127.0.0.1:0", "--tls-certificate", chain];
        place.run(&[args.as_slice(), &["--tls-key", key]].concat())
    };
    for (chain, key, wanted) in [
        ("own.pem", "other.key", "other.key is not that of the certificate own.pem"),
        ("over.pem", "over.key", "expired on 2020-01-01"),
        ("gone.pem", "own.key", "gone.pem cannot be read"),
        ("own.key", "own.key", "holds no certificate"),
    ] {
        let said = start(chain, key);
        assert!(said.code == 1 && said.err.contains(wanted), "{said:?}");
    }
    let said = place.run(&["serve", "--tls-certificate", "own.pem"]);
    assert!(said.code == 2 && said.err.contains("go together"), "{said:?}");
    let said = place.run(&["doctor", "--tls-certificate", "over.pem", "--tls-key", "over.key"]);
    assert!(said.code == 1 && said.out.contains("expired on 2020-01-01"), "{said:?}");
    let acme = ["doctor", "--acme-host", "crm.example.org", "--acme-contact", "it@example.org"];
    let said = place.run(&acme);
    assert!(said.out.contains("crm.example.org has no certificate"), "{said:?}");
    let mut french = place.command(&acme);
    let said: Said = french.env("LANG", "fr_FR.UTF-8").output().unwrap().into();
    assert!(said.out.contains("n'a pas de certificat"), "{said:?}");
}
