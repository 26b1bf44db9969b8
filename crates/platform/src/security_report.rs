//! What protects an environment, and what is missing: its people and how they prove who they are, tokens, identity providers, people from outside,
//! attempts at the door, the seals of its journal. Of the reserved environment also how the platform is installed.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use dictionary::model::profiles::ADMINISTRATOR;
use dictionary::{Label, RecordId, Value};
use engine::Query;
use jiff::{SignedDuration, Timestamp};

use crate::directory::{self, Fields, PROVIDER, TOKEN, USER};
use crate::environments::{EnvironmentInfo, PLATFORM};
use crate::error::PlatformError;
use crate::open::OpenEnvironment;
use crate::operations::Stage;
use crate::people::Member;
use crate::platform::Platform;
use crate::seal_anew::SealedBy;
use crate::sign_in_events::{Event, EventsWanted};

/// An account or a token that nobody used for so long is rather closed. Twice what CIS Controls 8, 5.3 asks for: people go on leave.
const DORMANT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Attempts at the door are told of so many days.
const LATELY: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Names said of those concerned at most.
const NAMES_MAX: usize = 20;

/// How good it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// To be looked at.
    Warning,
    /// To be mended.
    Bad,
}

impl Verdict {
    /// Its stable name.
    pub fn tag(self) -> &'static str {
        match self {
            Verdict::Good => "good",
            Verdict::Warning => "warning",
            Verdict::Bad => "bad",
        }
    }
}

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityFinding {
    /// Its stable name.
    pub name: &'static str,
    /// How good it is.
    pub verdict: Verdict,
    /// What was found.
    pub found: Label,
    /// What to do; empty where it is good.
    pub mend: Label,
    /// Names of those concerned, twenty at most.
    pub concerned: Vec<String>,
}

/// What surrounds a platform, which only whoever runs it knows.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings {
    /// Browsers reach it by HTTPS.
    pub secure: bool,
    /// It listens beyond its own machine.
    pub reachable: bool,
}

fn good(name: &'static str, fr: &str, en: &str) -> SecurityFinding {
    let (found, mend) = (Label::new(fr, en), Label::new("", ""));
    SecurityFinding { name, verdict: Verdict::Good, found, mend, concerned: Vec::new() }
}

impl SecurityFinding {
    fn but(mut self, verdict: Verdict, fr: &str, en: &str) -> SecurityFinding {
        self.verdict = verdict;
        self.mend = Label::new(fr, en);
        self
    }

    fn concerning(mut self, names: impl IntoIterator<Item = String>) -> SecurityFinding {
        self.concerned = names.into_iter().take(NAMES_MAX).collect();
        self
    }
}

impl Platform {
    /// What protects an environment and what is missing, in the order in which one looks: most of it is about those who may enter. Of the reserved
    /// environment, how the platform is installed comes first.
    ///
    /// Errors: there is no such environment; it cannot be read.
    pub fn security_report(
        &self,
        environment: &str,
        around: Surroundings,
    ) -> Result<Vec<SecurityFinding>, PlatformError> {
        let info = self.environment_info(environment)?;
        let open = self.environment(environment)?;
        let members = self.members(environment)?;
        let mut report = Vec::new();
        if environment == PLATFORM {
            report.extend(self.installation(around));
            report.push(self.sealing()?);
            report.push(self.operators(&members)?);
        }
        report.push(second_factors(&info, &members));
        report.push(administrators(&members));
        report.push(self.dormant(&members)?);
        report.push(self.tokens(&info, &members)?);
        report.push(self.identity_providers(&info)?);
        report.push(self.people_from_outside(environment)?);
        report.push(self.attempts(environment)?);
        report.push(self.seals(&open, environment)?);
        Ok(report)
    }

    /// What only the reserved environment is told.
    fn installation(&self, around: Surroundings) -> Vec<SecurityFinding> {
        let https = match (around.secure, around.reachable) {
            (true, _) => good("https", "Les navigateurs viennent en HTTPS.", "Browsers come by HTTPS."),
            (false, false) => good(
                "https",
                "Sans HTTPS, mais pour cette seule machine.",
                "Without HTTPS, but for this machine only.",
            ),
            (false, true) => good(
                "https",
                "Le serveur écoute au-delà de cette machine, sans HTTPS.",
                "The server listens beyond this machine, without HTTPS.",
            )
            .but(
                Verdict::Bad,
                "Donnez-lui un certificat (docs/tls.md), ou un mandataire qui parle TLS et secure = true dans tisserand.toml.",
                "Give it a certificate (docs/tls.md), or a proxy that speaks TLS and secure = true in tisserand.toml.",
            ),
        };
        let key = match self.has_key_outside() {
            true => good(
                "key",
                "La clé qui scelle les secrets est hors du dossier des données.",
                "The key that seals secrets is outside the data folder.",
            ),
            false => good(
                "key",
                "La clé qui scelle les secrets est dans le dossier des données : qui en emporte une copie les lit.",
                "The key that seals secrets is in the data folder: whoever takes a copy of it reads them.",
            )
            .but(
                Verdict::Warning,
                "Gardez-la ailleurs : openssl rand -hex 32 > /etc/tisserand.key, puis --key-file ; ce qui est scellé s'ouvre encore.",
                "Keep it elsewhere: openssl rand -hex 32 > /etc/tisserand.key, then --key-file; what is sealed still opens.",
            ),
        };
        let breached = match &self.password_policy.breached {
            Some(_) => good(
                "breached_passwords",
                "Les mots de passe connus pour avoir fuité sont refusés.",
                "Passwords that are known to be out are refused.",
            ),
            None => good(
                "breached_passwords",
                "Aucune liste de mots de passe qui ont fuité.",
                "No list of passwords that are out.",
            )
            .but(
                Verdict::Warning,
                "--breached-passwords FICHIER, tel que Have I Been Pwned le publie.",
                "--breached-passwords FILE, as Have I Been Pwned publishes it.",
            ),
        };
        vec![https, key, self.folder_is_closed(), breached, self.calls_inside()]
    }

    /// Whether other accounts of the machine may look into the folder.
    fn folder_is_closed(&self) -> SecurityFinding {
        let folder = self.folder();
        let shown = folder.display();
        match fs::metadata(folder) {
            Ok(about) if about.permissions().mode() & 0o007 == 0 => good(
                "folder",
                "Le dossier des données est fermé aux autres comptes de la machine.",
                "The data folder is closed to other accounts of the machine.",
            ),
            Ok(_) => good(
                "folder",
                "D'autres comptes de la machine peuvent entrer dans le dossier des données.",
                "Other accounts of the machine may enter the data folder.",
            )
            .but(
                Verdict::Warning,
                &format!("chmod o-rwx {shown}"),
                &format!("chmod o-rwx {shown}"),
            ),
            Err(error) => good("folder", &error.to_string(), &error.to_string()).but(
                Verdict::Bad,
                &format!("Voyez {shown}."),
                &format!("Look at {shown}."),
            ),
        }
    }

    /// Whether what is sealed can be opened, and by which key.
    fn sealing(&self) -> Result<SecurityFinding, PlatformError> {
        let SealedBy { first, older, missing } = self.sealed_by()?;
        Ok(match (older, missing) {
            (0, 0) => good(
                "sealing",
                &format!("Les secrets gardés sont scellés avec la première clé : {first}."),
                &format!("Secrets that are kept are sealed with the first key: {first}."),
            ),
            (_, 0) => good(
                "sealing",
                &format!("Secrets scellés avec une clé plus ancienne : {older}."),
                &format!("Secrets sealed with an older key: {older}."),
            )
            .but(
                Verdict::Warning,
                "Laissez l'ancienne clé après la nouvelle : le serveur les scelle à nouveau de lui-même, dans l'heure après son démarrage.",
                "Leave the older key after the new one: the server seals them anew by itself, within an hour of its start.",
            ),
            _ => good(
                "sealing",
                &format!("Secrets scellés avec une clé qui n'est plus donnée : {missing}."),
                &format!("Secrets sealed with a key that is not given any more: {missing}."),
            )
            .but(
                Verdict::Bad,
                "Remettez-la dans le fichier de --key-file, après la première ; perdue, retirez les seconds facteurs de ces personnes et redonnez les secrets des fournisseurs d'identité.",
                "Put it back into the file of --key-file, after the first; if it is lost, take the second factors of these people away and give the secrets of identity providers again.",
            ),
        })
    }

    /// Hosts of our own network that may be called.
    fn calls_inside(&self) -> SecurityFinding {
        let hosts = self.outgoing.hosts();
        match hosts.len() {
            0 => good(
                "outgoing",
                "Le serveur n'appelle aucune adresse de son propre réseau.",
                "The server calls no address of its own network.",
            ),
            count => good(
                "outgoing",
                &format!("Hôtes de son propre réseau que le serveur peut appeler, en HTTP aussi : {count}."),
                &format!("Hosts of its own network that the server may call, by HTTP too: {count}."),
            )
            .but(
                Verdict::Warning,
                "Vérifiez que chacun est un fournisseur d'identité à vous.",
                "Make sure that each is an identity provider of yours.",
            )
            .concerning(hosts.iter().cloned()),
        }
    }

    /// An emergency needs two of the operator.
    fn operators(&self, members: &[Member]) -> Result<SecurityFinding, PlatformError> {
        let mut count = 0;
        for member in members.iter().filter(|member| member.user.active) {
            let organisation = self.organisation_of(member.user.id)?;
            count += usize::from(organisation.is_none_or(|(_, _, kind)| kind == "operator"));
        }
        let found = good(
            "operators",
            &format!("Personnes qui exploitent la plateforme : {count}."),
            &format!("People who operate the platform: {count}."),
        );
        Ok(match count {
            0 | 1 => found.but(
                Verdict::Warning,
                "Une urgence demande deux personnes : donnez un accès à une deuxième.",
                "An emergency takes two people: let a second one in.",
            ),
            _ => found,
        })
    }

    fn dormant(&self, members: &[Member]) -> Result<SecurityFinding, PlatformError> {
        let before = self.clock.now() - DORMANT;
        let mut names = Vec::new();
        for member in members.iter().filter(|member| member.user.active) {
            let wanted = EventsWanted { event: Some(Event::SignedIn), limit: 1, ..EventsWanted::default() };
            let (events, _) = self.sign_in_events_of(member.user.id, &wanted)?;
            let last = events.first().map(|event| event.at).max(member.signed_in_at);
            // Who never came counts from when they got their account.
            if last.map_or_else(|| self.known_since(member.user.id), Ok)? < before {
                names.push(member.user.name.clone());
            }
        }
        Ok(match names.len() {
            0 => good(
                "dormant",
                "Tous ceux qui peuvent entrer sont venus ces trois derniers mois.",
                "Everybody who may enter came in the last three months.",
            ),
            count => good(
                "dormant",
                &format!("Personnes qui peuvent entrer et ne sont pas venues depuis trois mois : {count}."),
                &format!("People who may enter and have not come for three months: {count}."),
            )
            .but(
                Verdict::Warning,
                "Retirez leur accès à qui n'en a plus besoin.",
                "Take their access away from those who need it no more.",
            )
            .concerning(names),
        })
    }

    fn known_since(&self, user: RecordId) -> Result<Timestamp, PlatformError> {
        let record = self.root().get(&engine::Caller::system(), USER, user, &[])?;
        let dictionary = self.root().dictionary();
        Ok(Fields::of(&dictionary, &record).moment("created_at").unwrap_or_else(|| self.clock.now()))
    }

    fn tokens(&self, info: &EnvironmentInfo, members: &[Member]) -> Result<SecurityFinding, PlatformError> {
        let now = self.clock.now();
        let dictionary = self.root().dictionary();
        let (mut valid, mut doubtful) = (0, Vec::new());
        for member in members.iter().filter(|member| member.user.active) {
            for record in self.records_of(TOKEN, "user", member.user.id)? {
                let token = Fields::of(&dictionary, &record);
                // One without an environment opens all those of its person, this one among them.
                let elsewhere = token.reference("environment").is_some_and(|only| only != info.id);
                if elsewhere || token.moment("expires").is_some_and(|at| at <= now) {
                    continue;
                }
                valid += 1;
                let used = token.moment("last_used").or_else(|| token.moment("created_at"));
                let endless = token.moment("expires").is_none();
                if endless || used.is_some_and(|at| now.duration_since(at) > DORMANT) {
                    doubtful.push(format!(
                        "{} ({})",
                        token.text("name").unwrap_or_default(),
                        member.user.name
                    ));
                }
            }
        }
        Ok(match doubtful.len() {
            0 if valid == 0 => good("tokens", "Aucun jeton d'accès.", "No access tokens."),
            0 => good(
                "tokens",
                &format!("Jetons d'accès, tous avec une fin et en usage : {valid}."),
                &format!("Access tokens, each with an end and in use: {valid}."),
            ),
            count => good(
                "tokens",
                &format!("Jetons d'accès sans fin, ou qui ne servent plus depuis trois mois : {count} sur {valid}."),
                &format!("Access tokens without an end, or not used for three months: {count} of {valid}."),
            )
            .but(
                Verdict::Warning,
                "Faites retirer ceux qui ne servent plus et donner une fin aux autres, par qui tient la plateforme : tisserand token revoke, tisserand token create --days.",
                "Have those that are not used revoked and the others given an end, by whoever keeps the platform: tisserand token revoke, tisserand token create --days.",
            )
            .concerning(doubtful),
        })
    }

    /// Directories that are asked without encryption: whoever listens on the way reads the passwords.
    fn identity_providers(&self, info: &EnvironmentInfo) -> Result<SecurityFinding, PlatformError> {
        let records = match info.client_id {
            Some(client) => self.records_of(PROVIDER, "client", Value::Id(client))?,
            None if info.name == PLATFORM => {
                let query = Query { entity: PROVIDER.to_owned(), ..Query::default() };
                directory::all(self.root(), query)?
            }
            None => Vec::new(),
        };
        let dictionary = self.root().dictionary();
        let providers = records.iter().map(|record| Fields::of(&dictionary, record));
        let active: Vec<Fields<'_>> = providers.filter(|provider| provider.is_true("active")).collect();
        let open = |provider: &&Fields<'_>| {
            let by_http = provider.text("issuer").is_some_and(|issuer| issuer.starts_with("http://"));
            provider.is_true("unencrypted") || by_http
        };
        let open: Vec<String> = active.iter().filter(open).filter_map(|one| one.text("name")).collect();
        let count = active.len();
        Ok(match open.len() {
            0 if count == 0 => good(
                "identity_providers",
                "Aucun fournisseur d'identité : chacun prouve ici qui il est.",
                "No identity provider: everybody proves here who they are.",
            ),
            0 => good(
                "identity_providers",
                &format!("Fournisseurs d'identité, tous appelés en chiffré : {count}."),
                &format!("Identity providers, each called with encryption: {count}."),
            ),
            open_count => good(
                "identity_providers",
                &format!("Fournisseurs d'identité appelés sans chiffrement : {open_count} sur {count}."),
                &format!("Identity providers called without encryption: {open_count} of {count}."),
            )
            .but(
                Verdict::Bad,
                "Qui écoute le réseau y lit les mots de passe : passez à https ou ldaps.",
                "Whoever listens on the way reads passwords: change to https or ldaps.",
            )
            .concerning(open),
        })
    }

    fn people_from_outside(&self, environment: &str) -> Result<SecurityFinding, PlatformError> {
        let open: Vec<_> =
            self.assistances(environment)?.into_iter().filter(|one| one.stage == Stage::Open).collect();
        Ok(match open.len() {
            0 => good(
                "assistance",
                "Personne de l'extérieur n'est là pour aider.",
                "Nobody from outside is there to help.",
            ),
            count => good(
                "assistance",
                &format!("Accès d'assistance ouverts : {count}."),
                &format!("Support accesses open: {count}."),
            )
            .but(
                Verdict::Warning,
                "Mettez fin à ceux qui ne servent plus : Administration, Assistance.",
                "End those that are not needed: Administration, Support access.",
            )
            .concerning(open.into_iter().map(|one| one.name)),
        })
    }

    fn attempts(&self, environment: &str) -> Result<SecurityFinding, PlatformError> {
        let since = self.clock.now() - LATELY;
        let mut slowed: HashMap<RecordId, usize> = HashMap::new();
        let mut copied = 0;
        for event in [Event::SlowedDown, Event::PasskeyCopied] {
            let wanted = EventsWanted { event: Some(event), limit: 500, ..EventsWanted::default() };
            let (events, _) = self.sign_in_events_in(environment, &wanted)?;
            for user in events.iter().filter(|one| one.at >= since).filter_map(|one| one.user) {
                match event {
                    Event::PasskeyCopied => copied += 1,
                    _ => *slowed.entry(user).or_default() += 1,
                }
            }
        }
        if copied > 0 {
            let found = good(
                "attempts",
                &format!("Clés d'accès qui semblent avoir été copiées, cette semaine : {copied}."),
                &format!("Passkeys that seem to have been copied, this week: {copied}."),
            );
            return Ok(found.but(
                Verdict::Bad,
                "Faites ajouter une autre clé à ces personnes, et retirez celle-là : Administration, Connexions.",
                "Have these people add another one, and remove that one: Administration, Sign-ins.",
            ));
        }
        Ok(match slowed.len() {
            0 => good(
                "attempts",
                "Aucune connexion n'a dû être ralentie cette semaine.",
                "No sign-in had to be slowed down this week.",
            ),
            count => {
                let mut names = Vec::new();
                for user in slowed.into_keys() {
                    names.push(self.user(user)?.name);
                }
                names.sort();
                good(
                    "attempts",
                    &format!(
                        "Comptes dont les essais ont été ralentis cette semaine, après trop de refus : {count}."
                    ),
                    &format!("Accounts whose attempts were slowed down this week, after too many refusals: {count}."),
                )
                .but(
                    Verdict::Warning,
                    "Demandez-leur si c'était eux : Administration, Connexions dit d'où.",
                    "Ask them whether it was them: Administration, Sign-ins says from where.",
                )
                .concerning(names)
            }
        })
    }

    fn seals(&self, open: &OpenEnvironment, environment: &str) -> Result<SecurityFinding, PlatformError> {
        let verdict = self.journal_seals_verify(environment)?;
        if let Some(position) = verdict.fault {
            return Ok(good(
                "journal",
                &format!("Le journal n'est pas celui qui a été signé, à la position {position}."),
                &format!("The journal is not the one that was signed, at position {position}."),
            )
            .but(
                Verdict::Bad,
                "Quelqu'un l'a réécrit : restaurez une sauvegarde d'avant, et cherchez qui (docs/formats/journal-seal.md).",
                "Somebody rewrote it: restore a backup from before, and find out who (docs/formats/journal-seal.md).",
            ));
        }
        let head = open.engine.position();
        Ok(match verdict.last {
            Some((position, _)) => good(
                "journal",
                &format!("Le journal est celui qui a été signé, jusqu'à la position {position} sur {head}."),
                &format!("The journal is the one that was signed, up to position {position} of {head}."),
            ),
            None => good(
                "journal",
                "Le journal n'a pas encore été signé.",
                "The journal has not been signed yet.",
            )
            .but(
                Verdict::Warning,
                "Le serveur le fait de lui-même dans l'heure ; qui tient la plateforme, tout de suite : tisserand journal seal.",
                "The server does it by itself within the hour; whoever keeps the platform, at once: tisserand journal seal.",
            ),
        })
    }
}

fn second_factors(info: &EnvironmentInfo, members: &[Member]) -> SecurityFinding {
    let lacks =
        |member: &&Member| member.user.active && member.user.second_factor.is_none() && member.passkeys == 0;
    let lacking: Vec<&Member> = members.iter().filter(lacks).collect();
    if info.second_factor {
        let fr = "Personne n'entre sans second facteur ou clé d'accès.";
        return good("second_factor", fr, "Nobody enters without a second factor or a passkey.");
    }
    if lacking.is_empty() {
        return good(
            "second_factor",
            "Chacun a un second facteur ou une clé d'accès.",
            "Everybody has a second factor or a passkey.",
        );
    }
    let (count, all) = (lacking.len(), members.len());
    let found = good(
        "second_factor",
        &format!("Personnes qui entrent avec un mot de passe seul : {count} sur {all}."),
        &format!("People who enter with a password alone: {count} of {all}."),
    );
    found
        .but(
            Verdict::Warning,
            "Demandez un second facteur à tous : Administration, Connexions.",
            "Ask everybody for a second factor: Administration, Sign-ins.",
        )
        .concerning(lacking.into_iter().map(|member| member.user.name.clone()))
}

fn administers(member: &Member) -> bool {
    member.profiles.profiles().iter().any(|name| name == ADMINISTRATOR)
}

fn administrators(members: &[Member]) -> SecurityFinding {
    let active = || members.iter().filter(|member| member.user.active);
    let count = active().filter(|member| administers(member)).count();
    let found = good(
        "administrators",
        &format!("Administrateurs : {count}, sur {} personnes.", active().count()),
        &format!("Administrators: {count}, of {} people.", active().count()),
    );
    match count {
        0 => found.but(
            Verdict::Warning,
            "Personne ne peut en répondre : qui tient la plateforme donne ce profil à quelqu'un (tisserand operation ask give_access).",
            "Nobody answers for it: whoever keeps the platform gives somebody that profile (tisserand operation ask give_access).",
        ),
        1 => found.but(
            Verdict::Warning,
            "S'il s'en va, plus personne n'en répond : donnez ce profil à une deuxième personne.",
            "When they leave, nobody answers for it: give a second person that profile.",
        ),
        _ => found,
    }
}
