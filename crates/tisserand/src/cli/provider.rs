//! `provider`: identity providers.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Provider {
    /// Set a provider of a client (OpenID Connect); prints the addresses that it has to send browsers back to
    #[command(
        after_help = "Example:\n  tisserand provider set acme --client \"Acme\" --issuer https://login.acme.example --client-id tisserand --secret-file secret.txt --domain acme.example\n\nThere, the addresses to come back to are those that it prints: https://YOUR-SERVER/providers/acme/callback, and one for each host name of the client's own."
    )]
    Set {
        /// Identifier, in addresses: lower-case letters, digits and hyphens
        code: String,
        /// Name of the client
        #[arg(long)]
        client: String,
        /// Name on the button [default: that of the client]
        #[arg(long)]
        name: Option<String>,
        /// Address of the provider, as its tokens say it
        #[arg(long, value_name = "URL")]
        issuer: String,
        /// Our identifier there
        #[arg(long, value_name = "ID")]
        client_id: String,
        /// File with our secret there; the one that is kept stays, without
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
        /// Domain of the addresses it speaks for; may be repeated
        #[arg(long, required = true, value_name = "DOMAIN")]
        domain: Vec<String>,
        /// Claim that lists the groups of a person
        #[arg(long, default_value = "groups", value_name = "CLAIM")]
        groups_claim: String,
        /// What is asked beside openid, email and profile; may be repeated
        #[arg(long, value_name = "SCOPE")]
        scope: Vec<String>,
    },
    /// Set a company's directory (LDAP, Active Directory): its people sign in with the password they have there
    #[command(
        after_help = "Example:\n  tisserand provider directory acme --client Acme --address ldap://ldap.acme.example --domain acme.example --base ou=people,dc=acme,dc=example --account cn=tisserand,dc=acme,dc=example --password-file secret.txt --groups-base ou=groups,dc=acme,dc=example --groups-filter '(member={dn})'\n\nActive Directory:\n  tisserand provider directory acme --client Acme --address ldaps://dc1.acme.example --ca-file ca.pem --domain acme.example --base DC=acme,DC=example --filter '(userPrincipalName={email})' --bind-as '{email}' --email-attribute userPrincipalName --name-attribute displayName --subject-attribute objectGUID"
    )]
    Directory {
        /// Identifier: lower-case letters, digits and hyphens
        code: String,
        /// Name of the client
        #[arg(long)]
        client: String,
        /// What people call it [default: the name of the client]
        #[arg(long)]
        name: Option<String>,
        /// ldaps://HOST, encrypted from the first byte, or ldap://HOST, where STARTTLS is asked for
        #[arg(long, value_name = "URL")]
        address: String,
        /// Encrypt nothing on the way, passwords neither
        #[arg(long)]
        unencrypted: bool,
        /// Certificates (PEM) that its own has to come from [default: those that this machine trusts]
        #[arg(long, value_name = "FILE")]
        ca_file: Option<PathBuf>,
        /// Domain of the addresses it speaks for; may be repeated
        #[arg(long, required = true, value_name = "DOMAIN")]
        domain: Vec<String>,
        /// Where people are
        #[arg(long, value_name = "DN")]
        base: String,
        /// What finds a person, with {email} or {name}, the part before its @
        #[arg(long, default_value = "(mail={email})", value_name = "FILTER")]
        filter: String,
        /// As what people bind, where no account searches before: uid={name},ou=people,dc=acme,dc=example, or {email}
        #[arg(long, value_name = "NAME")]
        bind_as: Option<String>,
        /// Account that searches
        #[arg(long, value_name = "DN")]
        account: Option<String>,
        /// File with its password; the one that is kept stays, without
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
        /// Attribute with the addresses of a person
        #[arg(long, default_value = "mail", value_name = "ATTRIBUTE")]
        email_attribute: String,
        /// Attribute with their name
        #[arg(long, default_value = "cn", value_name = "ATTRIBUTE")]
        name_attribute: String,
        /// Attribute that stays the same of them; objectGUID for Active Directory
        #[arg(long, default_value = "entryUUID", value_name = "ATTRIBUTE")]
        subject_attribute: String,
        /// Attribute that lists their groups
        #[arg(long, default_value = "memberOf", value_name = "ATTRIBUTE")]
        groups_attribute: String,
        /// Where groups are; one that is elsewhere is known by its whole name only
        #[arg(long, value_name = "DN")]
        groups_base: Option<String>,
        /// What finds the groups of a person, with {dn}
        #[arg(long, value_name = "FILTER")]
        groups_filter: Option<String>,
    },
    /// Ask a directory for somebody, without their password, and show what it tells
    #[command(after_help = "Example:\n  tisserand provider look acme ada@acme.example")]
    Look {
        /// Identifier of the directory
        code: String,
        /// Their address
        email: String,
    },
    /// Say which profiles the members of a group hold in an environment
    #[command(
        after_help = "Example:\n  tisserand provider map acme \"CRM sales\" sales,own_agency\n\nWithout profiles the rule is taken away."
    )]
    Map {
        /// Environment
        env: String,
        /// Group, as the provider calls it
        group: String,
        /// Profiles, separated by commas
        #[arg(value_delimiter = ',')]
        profiles: Vec<String>,
    },
    /// Forget who a person is at their provider: whoever has their address there is them at the next sign-in
    #[command(after_help = "Example:\n  tisserand provider untie ada@acme.example")]
    Untie {
        /// Their address
        email: String,
    },
}
