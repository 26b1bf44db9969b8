//! How a server speaks TLS: a certificate that somebody else renews, hosts whose certificates it obtains, or not at all.

use std::net::SocketAddr;

use platform::certificates::is_host;
use server::tls::{AcmeConfig, CertificateFiles, LETS_ENCRYPT, Roots, TlsConfig};

use super::wrong;
use crate::cli::Tls;

impl Tls {
    /// What the command line says, over what the file says.
    pub(super) fn over(self, file: Tls) -> Tls {
        Tls {
            tls_certificate: self.tls_certificate.or(file.tls_certificate),
            tls_key: self.tls_key.or(file.tls_key),
            acme_host: match self.acme_host.is_empty() {
                true => file.acme_host,
                false => self.acme_host,
            },
            acme_contact: self.acme_contact.or(file.acme_contact),
            acme_directory: self.acme_directory.or(file.acme_directory),
            acme_roots: self.acme_roots.or(file.acme_roots),
            redirect: self.redirect.or(file.redirect),
            trusted_proxy: match self.trusted_proxy.is_empty() {
                true => file.trusted_proxy,
                false => self.trusted_proxy,
            },
        }
    }
}

/// None where nothing is said of it; else everything that goes together has to be there.
pub(super) fn read(said: Tls) -> anyhow::Result<Option<TlsConfig>> {
    let redirect = said.redirect.as_deref().filter(|address| !address.is_empty());
    let redirect: Option<SocketAddr> = redirect
        .map(|address| {
            address.parse().map_err(|_| {
                wrong(
                    format!(
                        "« {address} » n'est pas une adresse d'écoute ; par exemple --redirect 0.0.0.0:80."
                    ),
                    format!(
                        "“{address}” is not an address to listen on; for instance --redirect 0.0.0.0:80."
                    ),
                )
            })
        })
        .transpose()?;
    let files = match (said.tls_certificate.clone(), said.tls_key.clone()) {
        (Some(certificate), Some(key)) => Some(CertificateFiles { certificate, key }),
        (None, None) => None,
        _ => {
            return Err(wrong(
                "Un certificat et sa clé vont ensemble : --tls-certificate chaîne.pem --tls-key clé.pem."
                    .to_owned(),
                "A certificate and its key go together: --tls-certificate chain.pem --tls-key key.pem."
                    .to_owned(),
            ));
        }
    };
    let acme = acme(said)?;
    if files.is_none() && acme.is_none() {
        return match redirect {
            None => Ok(None),
            Some(_) => Err(wrong(
                "--redirect renvoie vers https, que ce serveur ne parle pas : donnez --tls-certificate et --tls-key, ou --acme-host."
                    .to_owned(),
                "--redirect sends on to https, which this server does not speak: give --tls-certificate and --tls-key, or --acme-host."
                    .to_owned(),
            )),
        };
    }
    Ok(Some(TlsConfig { files, acme, redirect }))
}

fn acme(said: Tls) -> anyhow::Result<Option<AcmeConfig>> {
    let hosts: Vec<String> = said.acme_host.into_iter().filter(|host| !host.is_empty()).collect();
    if hosts.is_empty() {
        return Ok(None);
    }
    if let Some(host) = hosts.iter().find(|host| !is_host(host)) {
        return Err(wrong(
            format!(
                "On n'obtient pas de certificat pour « {host} » : donnez un nom entier en minuscules, comme crm.exemple.fr ; ni adresse IP, ni joker, et xn--… pour les autres écritures."
            ),
            format!(
                "No certificate is obtained for “{host}”: give a full name in lower case, such as crm.example.org; no IP address, no wildcard, and xn--… for other scripts."
            ),
        ));
    }
    let contact = said.acme_contact.filter(|contact| contact.contains('@')).ok_or_else(|| {
        wrong(
            "Dites aussi à qui l'autorité de certification écrit : --acme-contact it@exemple.fr (acme_contact). Vous acceptez ainsi ses conditions."
                .to_owned(),
            "Say who the certificate authority writes to, too: --acme-contact it@example.org (acme_contact). You agree to its terms by that."
                .to_owned(),
        )
    })?;
    let directory =
        said.acme_directory.filter(|url| !url.is_empty()).unwrap_or_else(|| LETS_ENCRYPT.to_owned());
    if !directory.starts_with("https://") {
        return Err(wrong(
            format!("« {directory} » n'est pas l'adresse d'un annuaire ACME ; par exemple {LETS_ENCRYPT}."),
            format!("“{directory}” is not the address of an ACME directory; for instance {LETS_ENCRYPT}."),
        ));
    }
    let roots = match said.acme_roots {
        None => Roots::default(),
        Some(path) => {
            let read = std::fs::read(&path);
            read.ok().and_then(|pem| Roots::read(&pem)).ok_or_else(|| {
                let path = path.display();
                wrong(
                    format!("{path} ne contient pas de certificat PEM, ou ne se lit pas (acme_roots)."),
                    format!("{path} holds no PEM certificate, or cannot be read (acme_roots)."),
                )
            })?
        }
    };
    Ok(Some(AcmeConfig { hosts, contact, directory, roots }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(change: impl FnOnce(&mut Tls)) -> String {
        let mut tls = Tls::default();
        change(&mut tls);
        match read(tls) {
            Ok(read) => format!("{:?}", read.is_some()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_goes_together_has_to_be_there() {
        assert_eq!(said(|_| {}), "false");
        assert!(said(|tls| tls.tls_certificate = Some("a".into())).contains("go together"));
        assert!(said(|tls| tls.redirect = Some("0.0.0.0:80".into())).contains("sends on to https"));
        assert!(said(|tls| tls.redirect = Some("80".into())).contains("not an address"));
        assert!(said(|tls| tls.acme_host = vec!["crm.example.org".into()]).contains("--acme-contact"));
        let acme = |host: &str, directory: &str| {
            said(|tls| {
                tls.acme_host = vec![host.into()];
                tls.acme_contact = Some("it@example.org".into());
                tls.acme_directory = Some(directory.into());
            })
        };
        assert_eq!(acme("crm.example.org", ""), "true");
        assert!(acme("*.example.org", "").contains("no wildcard"));
        assert!(
            acme("crm.example.org", "http://ca.example").contains("not the address of an ACME directory")
        );
    }
}
