//! The French of the command line, by command.

use clap::Command;
use dictionary::Language;

/// What commands are for, in French, by path.
const FRENCH: &[(&str, &str)] = &[
    ("", "Tisserand : un nuage ouvert pour les clients et le service sur le terrain."),
    ("demo", "Crée une plateforme avec deux entreprises d'exemple s'il n'y en a pas, et la sert"),
    ("serve", "Sert une plateforme"),
    (
        "doctor",
        "Contrôle dossier, disque, horloge, messagerie, certificats, environnements et application web ; dit comment réparer",
    ),
    ("env", "Environnements"),
    ("env create", "Crée un environnement"),
    ("env list", "Liste les environnements"),
    (
        "env copy",
        "Reprend un environnement d'une autre plateforme, fiches, historique et fichiers ; de fichiers vers PostgreSQL ou l'inverse aussi",
    ),
    ("env export", "En écrit un tout entier dans une archive : dictionnaire, fiches, journal, fichiers"),
    ("env import", "Refait un environnement d'une archive, avec le même journal et la même empreinte"),
    ("env delete", "En retire un de la liste et met ses données de côté ; rien n'est effacé"),
    ("env show", "En montre un : position du journal, empreinte, modules, fiches"),
    ("env sweep", "Retire les contenus envoyés qu'aucune fiche ne nomme et que le journal n'a jamais nommés"),
    (
        "env verify",
        "Recalcule la chaîne du journal et l'empreinte du contenu ; nomme la première position fautive",
    ),
    ("organisation", "Opérateurs, intégrateurs et clients"),
    ("organisation add", "En ajoute une"),
    ("project", "Projets des clients"),
    ("project add", "En ajoute un"),
    ("subscription", "Abonnements des clients"),
    ("subscription add", "En ajoute un"),
    (
        "usage",
        "Ce que les abonnements consomment de ce qu'ils comprennent, en un mois ; en JSON, le stockage est en octets",
    ),
    ("usage close", "Arrête les relevés d'un mois fini ; ceux qui le sont déjà restent tels quels"),
    (
        "operation",
        "Opérations sur les environnements : créer, copier, renommer, fermer, effacer, donner un accès",
    ),
    ("operation ask", "En demande une, la mène, et dit ce qu'il en est"),
    ("operation run", "Poursuit celles qui attendent ou sont restées en chemin"),
    ("operation list", "Les liste, la plus récente d'abord"),
    ("module", "Modules"),
    (
        "module check",
        "Contrôle des dossiers de module ou de couche : chaque faute avec fichier, ligne et colonne",
    ),
    ("module list", "Liste les modules standards"),
    ("dictionary", "Dictionnaire d'un environnement"),
    ("dictionary show", "Montre chaque attribut avec la couche qui l'a posé, ou ceux sous un chemin"),
    ("dictionary plan", "Dit ce que changerait le passage d'un environnement à ces couches"),
    ("dictionary apply", "Le fait"),
    ("import", "Importe un fichier CSV, XLSX ou JSON lines"),
    ("export", "Exporte des fiches en CSV, XLSX ou JSON lines"),
    ("openapi", "Écrit la description OpenAPI de ce que tout serveur répond"),
    ("journal", "Journal d'un environnement"),
    ("journal tail", "Montre les dernières entrées"),
    ("journal show", "Montre une entrée et tous ses changements"),
    (
        "journal verify",
        "Recalcule la chaîne et l'empreinte, vérifie les sceaux ; nomme la première position fautive",
    ),
    ("journal seal", "Signe où en est le journal, et écrit le sceau ; gardez-le ailleurs"),
    ("provider", "Fournisseurs d'identité : où les personnes d'un client prouvent qui elles sont"),
    (
        "provider set",
        "Pose un fournisseur d'un client (OpenID Connect) ; écrit les adresses où il doit renvoyer les navigateurs",
    ),
    (
        "provider directory",
        "Pose l'annuaire d'une entreprise (LDAP, Active Directory) : ses personnes se connectent avec le mot de passe qu'elles y ont",
    ),
    ("provider look", "Demande quelqu'un à un annuaire, sans son mot de passe, et montre ce qu'il en dit"),
    ("provider map", "Dit quels profils les membres d'un groupe ont dans un environnement"),
    (
        "provider untie",
        "Oublie qui une personne est chez son fournisseur : à la connexion suivante, c'est qui a son adresse là-bas",
    ),
    ("scim", "Annuaires d'entreprise qui tiennent les personnes d'un environnement à jour (SCIM 2.0)"),
    ("scim token", "Crée un jeton pour un annuaire ; écrit son adresse et le jeton, cette fois seulement"),
    ("scim list", "Montre les jetons et les groupes d'un environnement"),
    ("scim revoke", "Révoque un jeton, par son nom ou son identifiant"),
    ("scim map", "Dit quels profils les membres d'un groupe ont"),
    ("user", "Personnes qui se connectent"),
    ("user create", "Ajoute une personne"),
    ("user reset", "Donne un autre mot de passe à une personne ; ses sessions se ferment"),
    (
        "user reset-factor",
        "Retire le second facteur et les clés d'accès d'une personne qui les a perdus ; ses sessions se ferment",
    ),
    ("user sign-ins", "Montre ce qui est arrivé aux connexions d'une personne, le plus récent d'abord"),
    ("user list", "Liste les personnes"),
    ("person", "Ce qui est conservé sur les personnes : export, effacement"),
    ("person show", "Montre ce qui est conservé sur quelqu'un, et ce que ferait son effacement"),
    (
        "person export",
        "Écrit tout ce qui est conservé sur quelqu'un dans une archive : person.json, person.html, ses fichiers",
    ),
    ("person erase", "Efface quelqu'un, ou reprend un effacement interrompu : cela ne se défait pas"),
    (
        "person expiring",
        "Montre ce qui est conservé plus longtemps que ne le dit le dictionnaire ; avec --run, l'efface ou le supprime",
    ),
    ("person erasures", "Liste les certificats d'effacement, le dernier d'abord"),
    ("token", "Jetons des programmes"),
    ("token create", "Crée un jeton ; il n'est montré qu'une fois"),
    ("token list", "Liste les jetons"),
    ("token revoke", "En révoque un"),
    ("agreement", "Niveau de service : jours fériés, heures garanties, taux, registre, horloges des tickets"),
    ("agreement holidays", "Jours fériés d'une année"),
    ("agreement hours", "Heures garanties d'un trimestre"),
    ("agreement rate", "Taux de service d'un trimestre, exactement"),
    ("agreement ledger", "Chaque seconde d'un trimestre, nommée"),
    (
        "agreement clock",
        "Horloges des tickets : prise en charge, résolution, et à qui fut chaque minute ouvrée",
    ),
];

/// What arguments and options are for, in French: by command and name, or by name alone when it means the same everywhere.
const FRENCH_ARGUMENTS: &[(&str, &str)] = &[
    ("data", "Dossier de la plateforme [par défaut : ./data]"),
    (
        "database",
        "Base PostgreSQL qui tient les données, comme postgres://personne@machine/nom [par défaut : des fichiers du dossier]",
    ),
    ("config", "Fichier de réglages [par défaut : ./tisserand.toml, s'il existe]"),
    ("modules", "Lit les modules standards dans ce dossier au lieu de ceux du programme"),
    (
        "breached_passwords",
        "Refuse les mots de passe de ce fichier : SHA-1 en hexadécimal, un par ligne, dans l'ordre, comme le donne Have I Been Pwned",
    ),
    (
        "key_file",
        "Scelle avec la clé de ce fichier les secrets à relire [par défaut : TISSERAND_KEY, sinon une clé faite dans le dossier]",
    ),
    ("key", "La clé elle-même"),
    (
        "outgoing_host",
        "Permet d'appeler cette machine de notre propre réseau, en HTTP aussi : un fournisseur d'identité qui s'y trouve ; peut être répété",
    ),
    (
        "public",
        "Où les navigateurs joignent cette plateforme, comme https://crm.exemple.fr : ce que d'autres apprennent pour y revenir",
    ),
    (
        "smtp",
        "Serveur de messagerie qui prend les lettres aux personnes, comme smtp://personne@mail.exemple.fr:587 ou smtps://… ; sans lui, il n'en part pas",
    ),
    ("smtp_password_file", "Fichier du mot de passe de cette personne"),
    (
        "smtp_roots",
        "Certificats, PEM, dont celui du serveur de messagerie peut venir, en plus de ceux auxquels les navigateurs se fient",
    ),
    ("smtp_password", "Le mot de passe lui-même"),
    ("mail_from", "De qui viennent les lettres, comme \"Acme <crm@acme.exemple>\""),
    (
        "tls_certificate",
        "Parler TLS avec le certificat de ce fichier, PEM, chaîne entière ; il est relu quand il est renouvelé",
    ),
    ("tls_key", "Fichier de sa clé privée, PEM"),
    (
        "acme_host",
        "Obtenir un certificat pour cet hôte et le renouveler (ACME) ; il mène ici, et le port 443 à --address ; peut être répété",
    ),
    (
        "acme_contact",
        "Adresse à laquelle l'autorité de certification écrit ; la donner, c'est accepter ses conditions",
    ),
    ("acme_directory", "Annuaire de l'autorité [par défaut : Let's Encrypt]"),
    (
        "acme_roots",
        "Certificats, PEM, dont celui de l'annuaire doit venir [par défaut : ceux auxquels les navigateurs se fient]",
    ),
    ("redirect", "Écouter aussi ici, sans TLS, et renvoyer les navigateurs vers https"),
    (
        "trusted_proxy",
        "Croire ce que ce mandataire dit de l'origine des requêtes (X-Forwarded-For) : son adresse IP ; peut être répété",
    ),
    ("json", "Écrit les données en JSON"),
    ("address", "Où écouter ; le port 0 en prend un libre [par défaut : 127.0.0.1:7700]"),
    ("env", "Environnement"),
    ("entity", "Entité, par son nom ou celui de sa collection"),
    ("demo small", "De petites entreprises, faites en quelques secondes"),
    ("demo shared", "Dossier de grands fichiers réels [par défaut : ../shared/data, s'il existe]"),
    (
        "doctor security",
        "Seulement ce qui protège la plateforme et chaque environnement, ce qui est comme il faut compris",
    ),
    ("demo only_create", "Crée les entreprises sans les servir"),
    (
        "demo anywhere",
        "Écouter au-delà de cette machine aussi, bien que chacun connaisse le mot de passe de tous",
    ),
    ("serve create", "Crée une plateforme vide s'il n'y en a pas"),
    ("env create name", "Identifiant, dans les adresses : lettres minuscules, chiffres et tirets"),
    ("env create label", "Nom montré"),
    ("env create client", "Nom du client"),
    ("env create kind", "production, test, development ou training"),
    ("env create with", "Modules, séparés par des virgules ; ceux dont ils ont besoin viennent avec"),
    ("env create layer", "Dossier d'une couche au-dessus des modules ; peut être répété"),
    ("env create zone", "Fuseau horaire IANA"),
    ("env create currency", "Devise ISO 4217"),
    ("env create country", "Pays (ISO 3166-1) des adresses qui n'en nomment pas"),
    ("env copy name", "Lequel"),
    ("env copy from", "Dossier de l'autre plateforme"),
    ("env copy from_database", "La base qui tient les données de l'autre plateforme, s'il y en a une"),
    ("env export name", "Lequel"),
    ("env export out", "L'archive à écrire"),
    ("env export without_journal", "Laisse le journal : l'archive se lit, et ne se reprend pas"),
    ("env import file", "L'archive"),
    ("env import name", "Identifiant ; celui de l'archive s'il est absent"),
    ("env import label", "Nom montré ; celui de l'archive s'il est absent"),
    ("env import client", "Nom du client"),
    ("env import kind", "production, test, development ou training ; celui de l'archive s'il est absent"),
    ("env delete name", "Lequel"),
    ("env delete yes", "Son nom encore, pour confirmer"),
    ("env show name", "Lequel"),
    ("env sweep name", "Lequel ; tous s'il est absent"),
    ("env sweep dry_run", "Dit ce qui serait retiré, et ne retire rien"),
    (
        "env sweep grace",
        "Laisse les contenus reçus depuis moins d'heures que cela : leur fiche peut encore venir [par défaut : 24]",
    ),
    ("env verify name", "Lequel ; tous s'il est absent"),
    ("organisation add name", "Son nom"),
    ("organisation add kind", "Ce qu'elle est pour la plateforme [par défaut : client]"),
    ("organisation add integrator", "Nom de l'intégrateur qui suit ce client"),
    ("project add client", "Nom du client"),
    ("project add name", "Son nom"),
    ("project add with", "Modules, séparés par des virgules ; ceux dont ils ont besoin viennent avec"),
    ("subscription add client", "Nom du client"),
    ("subscription add project", "Le seul projet concerné ; tous s'il est absent"),
    ("subscription add with", "Modules compris, séparés par des virgules"),
    ("subscription add users", "Utilisateurs nommés compris ; sans limite s'il est absent"),
    ("subscription add environments", "Environnements compris ; sans limite s'il est absent"),
    (
        "subscription add storage",
        "Stockage compris, fiches et fichiers, en mégaoctets ; sans limite s'il est absent",
    ),
    ("subscription add emails", "E-mails compris, par mois ; sans limite s'il est absent"),
    ("usage month", "Mois, comme 2026-11 [par défaut : le mois en cours]"),
    ("usage client", "Nom du seul client à montrer"),
    ("usage close month", "Mois [par défaut : le dernier qui est fini]"),
    ("subscription add from", "Premier jour ; aujourd'hui s'il est absent"),
    ("subscription add until", "Dernier jour ; sans fin s'il est absent"),
    (
        "operation ask kind",
        "create, copy, copy_settings, copy_pseudonymised, move, rename, read_only, close, open, delete, give_access, take_access ou assist",
    ),
    ("operation ask client", "D'un nouvel environnement : nom du client"),
    ("operation ask project", "D'un nouvel environnement : nom du projet du client"),
    ("operation ask env", "L'environnement dont il s'agit"),
    ("operation ask name", "Identifiant d'un nouvel environnement, ou le nouveau"),
    ("operation ask label", "Nom montré d'un nouvel environnement, ou le nouveau"),
    (
        "operation ask into",
        "D'une copie de réglages : l'environnement qui les prend ; un nouveau s'il est absent",
    ),
    ("operation ask store", "D'un changement de stockage : files ou database"),
    ("operation ask usage", "D'un nouvel environnement : production, test, development ou training"),
    (
        "operation ask person",
        "Nom de la personne à laisser entrer ; d'un nouvel environnement, qui l'administre",
    ),
    ("operation ask email", "Son adresse électronique"),
    ("operation ask profiles", "Ses profils, séparés par des espaces"),
    ("operation ask purpose", "D'un accès d'assistance : pourquoi ; le client le lit"),
    ("operation ask ticket", "D'un accès d'assistance : le ticket concerné"),
    (
        "operation ask hours",
        "D'un accès d'assistance : pour combien d'heures, 1 à 72 ; quatre s'il est absent",
    ),
    ("operation ask after", "D'une suppression : effacer après ce jour ; dans trente jours s'il est absent"),
    ("module check folders", "Dossiers, le plus bas d'abord"),
    ("dictionary show path", "Début des chemins à montrer"),
    (
        "layers",
        "Dossiers des couches au-dessus des modules, la plus basse d'abord ; celles en place si absent",
    ),
    ("with", "Ajoute un module standard"),
    ("dictionary apply confirm", "Accepte les étapes qui mettent des données de côté"),
    ("import file", "Fichier : .csv, .txt, .xlsx, .jsonl"),
    (
        "import map",
        "Fichier de correspondance (docs/import.md) ; sans lui, les colonnes se trouvent par nom et libellé",
    ),
    ("import key", "Champ par lequel une ligne trouve sa fiche ; plusieurs avec des virgules"),
    ("import dry_run", "Dit ce que ferait chaque ligne ; n'écrit rien"),
    ("import refused", "Où vont les lignes refusées [par défaut : à côté du fichier]"),
    ("import restart", "Recommence au lieu de reprendre après une interruption"),
    (
        "import batch",
        "Lignes du fichier, et fiches avec leurs lignes, d'une transaction au plus : elle finit plus tôt quand d'autres attendent d'écrire",
    ),
    ("import rows", "Parle de chaque ligne"),
    ("export filter", "Seulement les fiches pour lesquelles ceci est vrai, dans le langage des expressions"),
    ("export format", "Sorte de fichier [par défaut : d'après la fin de --out, sinon csv]"),
    ("export out", "Fichier [par défaut : la sortie standard]"),
    ("export delimiter", "Séparateur du CSV [par défaut : ; en français, , en anglais]"),
    ("journal tail last", "Combien"),
    ("journal show position", "Position"),
    ("user create name", "Nom montré"),
    ("user create email", "Adresse avec laquelle la personne se connecte"),
    ("user create password", "Premier mot de passe [par défaut : il en est fait un, montré ici]"),
    (
        "user create keep",
        "La personne a choisi ce mot de passe : il n'est pas à remplacer à la première connexion",
    ),
    ("user create language", "fr ou en"),
    ("user create grant", "ENVIRONNEMENT=administrator ou ENVIRONNEMENT=reader ; peut être répété"),
    ("provider set code", "Identifiant, dans les adresses : lettres minuscules, chiffres et tirets"),
    ("provider set client", "Nom du client"),
    ("provider set name", "Nom sur le bouton [par défaut : celui du client]"),
    ("provider set issuer", "Adresse du fournisseur, comme ses jetons la disent"),
    ("provider set client_id", "Notre identifiant chez lui"),
    ("provider set secret_file", "Fichier de notre secret chez lui ; sans lui, celui qui est gardé reste"),
    ("provider set domain", "Domaine des adresses pour lesquelles il parle ; peut être répété"),
    ("provider set groups_claim", "Attribut qui nomme les groupes d'une personne [par défaut : groups]"),
    ("provider set scope", "Portée demandée en plus d'openid, email et profile ; peut être répétée"),
    ("provider directory code", "Identifiant : lettres minuscules, chiffres et tirets"),
    ("provider directory client", "Nom du client"),
    ("provider directory name", "Comment on l'appelle [par défaut : le nom du client]"),
    (
        "provider directory address",
        "ldaps://HÔTE, chiffré dès le premier octet, ou ldap://HÔTE, où STARTTLS est demandé",
    ),
    ("provider directory unencrypted", "Ne rien chiffrer en chemin, mots de passe compris"),
    (
        "provider directory ca_file",
        "Certificats (PEM) dont le sien doit venir [par défaut : ceux auxquels cette machine se fie]",
    ),
    ("provider directory domain", "Domaine des adresses pour lesquelles il parle ; peut être répété"),
    ("provider directory base", "Où sont les personnes"),
    (
        "provider directory filter",
        "Ce qui trouve une personne, avec {email} ou {name}, la partie avant son @ [par défaut : (mail={email})]",
    ),
    (
        "provider directory bind_as",
        "Sous quel nom les personnes s'y connectent, quand aucun compte ne cherche d'abord : uid={name},ou=people,dc=acme,dc=example, ou {email}",
    ),
    ("provider directory account", "Compte qui cherche"),
    ("provider directory password_file", "Fichier de son mot de passe ; sans lui, celui qui est gardé reste"),
    ("provider directory email_attribute", "Attribut des adresses d'une personne [par défaut : mail]"),
    ("provider directory name_attribute", "Attribut de son nom [par défaut : cn]"),
    (
        "provider directory subject_attribute",
        "Attribut qui reste le même ; objectGUID pour Active Directory [par défaut : entryUUID]",
    ),
    ("provider directory groups_attribute", "Attribut qui nomme ses groupes [par défaut : memberOf]"),
    (
        "provider directory groups_base",
        "Où sont les groupes ; un groupe qui est ailleurs n'est reconnu que par son nom entier",
    ),
    ("provider directory groups_filter", "Ce qui trouve les groupes d'une personne, avec {dn}"),
    ("provider look code", "Identifiant de l'annuaire"),
    ("provider look email", "Son adresse"),
    ("provider map group", "Groupe, tel que le fournisseur le nomme"),
    ("provider map profiles", "Profils, séparés par des virgules ; sans profil, la règle est retirée"),
    ("provider untie email", "Son adresse"),
    ("scim token name", "Qui s'en sert"),
    ("scim revoke token", "Nom ou identifiant du jeton"),
    ("scim map group", "Groupe, tel que l'annuaire le nomme"),
    ("scim map profiles", "Profils, séparés par des virgules ; sans profil, le groupe ne donne rien"),
    ("user reset email", "Son adresse"),
    ("user reset password", "Son nouveau mot de passe [par défaut : il en est fait un, montré ici]"),
    (
        "user reset keep",
        "La personne a choisi ce mot de passe : il n'est pas à remplacer à la prochaine connexion",
    ),
    ("user reset-factor email", "Son adresse"),
    ("user sign-ins email", "Son adresse"),
    ("user sign-ins top", "Événements au plus [par défaut : 50]"),
    ("token create user", "Adresse de la personne pour laquelle il agit"),
    ("token create name", "Qui s'en sert et pour quoi"),
    ("token create env", "Seulement dans cet environnement"),
    ("token create read_only", "Il ne peut que lire"),
    ("token create days", "Jours avant qu'il n'expire"),
    ("token revoke token", "Son nom ou son identifiant"),
    ("agreement holidays year", "De 1900 à 2200"),
    ("agreement holidays region", "Lesquels ; l'Alsace-Moselle a ceux de toute la France et les siens"),
    (
        "agreement holidays since_law",
        "Seulement depuis que, et tant que, le droit du temps a fait de chaque jour un jour férié",
    ),
    ("agreement holidays good_friday", "Comment se lit la règle des communes qui ont un temple protestant"),
    ("agreement holidays law", "Cite l'article de la loi pour chaque jour"),
    ("quarter", "Trimestre, comme 2027-Q1"),
    ("agreement hours calendar", "Calendrier : alsace-moselle, fr, ou un fichier JSON"),
    ("person expiring run", "Le fait pour cette entité"),
    ("record", "Identifiant de sa fiche, son code, ou son adresse électronique"),
    ("person export out", "L'archive"),
    (
        "person erase name",
        "Son nom, tel que sa fiche s'appelle, pour être sûr ; ou l'identifiant de sa fiche",
    ),
    ("log", "Journal des incidents, en JSON ; - lit l'entrée standard"),
    (
        "until",
        "Ce qui arrive à partir de là n'est pas encore connu, comme 2027-02-09T10:00:00+01:00 [par défaut : la fin du trimestre]",
    ),
    (
        "overlap",
        "Ce que comptent des incidents simultanés [par défaut : ce que dit le journal, sinon highest_weight_once]",
    ),
    ("environment", "Seulement les incidents de cet environnement"),
    (
        "agreement rate planned",
        "Un acte prévu : début/durée, et /gravité si ce n'est pas 1 ; peut être répété",
    ),
    ("agreement rate suppose", "Un incident comme s'il avait été d'une autre gravité ; peut être répété"),
    ("agreement clock log", "Journal des tickets, en JSON ; - lit l'entrée standard"),
    ("agreement clock until", "Le présent [par défaut : le dernier événement du journal]"),
];

/// What an argument of a command is for, in French.
fn argument(path: &str, name: &str) -> Option<&'static str> {
    let own = format!("{path} {name}");
    let find =
        |wanted: &str| FRENCH_ARGUMENTS.iter().find(|(known, _)| *known == wanted).map(|(_, help)| *help);
    find(&own).or_else(|| find(name))
}

/// A heading of options, in French where that is another word.
fn heading_of(heading: &str) -> Option<&'static str> {
    match heading {
        "Options of every command" => Some("Options de toute commande"),
        "Server" => Some("Serveur"),
        "Mail" => Some("Messagerie"),
        _ => None,
    }
}

/// The same commands, described in the language of the person.
pub(crate) fn in_language(command: Command, language: Language) -> Command {
    if language == Language::Fr { french(command, "") } else { command }
}

fn french(mut command: Command, path: &str) -> Command {
    if let Some((_, about)) = FRENCH.iter().find(|(known, _)| *known == path) {
        command = command.about(*about);
    }
    command = command.mut_args(|arg| match argument(path, arg.get_id().as_str()) {
        Some(help) => arg.help(help),
        None => arg,
    });
    command = command.mut_args(|arg| match arg.get_help_heading().and_then(heading_of) {
        Some(heading) => arg.help_heading(heading),
        None => arg,
    });
    let names: Vec<String> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    for name in names {
        let beneath = if path.is_empty() { name.clone() } else { format!("{path} {name}") };
        command = command.mut_subcommand(&name, |sub| french(sub, &beneath));
    }
    command
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    fn walk(command: &Command, path: &str, seen: &mut impl FnMut(&str, &Command)) {
        seen(path, command);
        for sub in command.get_subcommands().filter(|c| c.get_name() != "help") {
            let beneath = if path.is_empty() {
                sub.get_name().to_owned()
            } else {
                format!("{path} {}", sub.get_name())
            };
            walk(sub, &beneath, seen);
        }
    }

    #[test]
    fn every_command_has_an_example_and_a_french_description() {
        Cli::command().debug_assert();
        walk(&Cli::command(), "", &mut |path, command| {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("Example:\n  tisserand "), "no example in: {path}");
            assert!(FRENCH.iter().any(|(known, _)| *known == path), "not in French: {path}");
            for arg in command.get_arguments() {
                let name = arg.get_id().as_str();
                assert!(argument(path, name).is_some(), "not in French: {name} of {path}");
            }
        });
    }
}
