/** What the server sends, by our names: the shapes are those of the description it is generated from (`make openapi`). */

import type { components } from './openapi'

type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]

/** A text per language; French is never missing. */
export type Label = Schema<'tisserand.label'>
/** Types a field may have (`docs/dictionary/files.md`). */
export type FieldType = Schema<'tisserand.field_type'>
export type Field = Schema<'tisserand.field'>
export type ListValue = Schema<'tisserand.list_value'>
export type ValueList = Schema<'tisserand.list'>
export type Transition = Schema<'tisserand.transition'>
export type Section = Schema<'tisserand.section'>
export type Tab = Schema<'tisserand.tab'>
/** Records of another entity on the line of time of a record. */
export type Activity = Schema<'tisserand.activity'>
export type Entity = Schema<'tisserand.entity'>
/** A figure of a view, and what figures are grouped by. */
export type Measure = Schema<'tisserand.measure'>
export type Axis = Schema<'tisserand.axis'>
export type Chart = Schema<'tisserand.chart'>
export type Dashboard = Schema<'tisserand.dashboard'>
export type DashboardPart = Schema<'tisserand.dashboard_part'>
export type Dictionary = Schema<'tisserand.dictionary'>
export type Session = Schema<'tisserand.session'>
/** A record as sent: its fields, and what the server says of it. Values are narrowed by the field's type. */
export type RecordData = Schema<'tisserand.record'>
/** A page of records. Of groups, with `$apply`, it would hold something else: this application asks for none. */
export type Page = Omit<Schema<'tisserand.page'>, 'value'> & { value: RecordData[] }
/** A list as somebody arranged it. */
export type SavedView = Schema<'tisserand.view'>
/** How a person wants their screens in an environment; `null` is as it comes. */
export type Preferences = Schema<'tisserand.preferences'>
/** What a person keeps at hand, by its name now. */
export type Favourite = Schema<'tisserand.favourite'>
/** What a person was told because it concerns them. */
export type Notification = Schema<'tisserand.notification'>
export type Notifications = Schema<'tisserand.notifications'>
/** A browser in which the person is signed in. */
export type SignIn = Schema<'tisserand.sign_in'>
export type FactorState = Schema<'tisserand.second_factor'>
/** A key with which the person signs in without a password. */
export type Passkey = Schema<'tisserand.passkey'>
/** A challenge, and what the browser is to be asked for. */
export type Ceremony = Schema<'tisserand.ceremony'>
/** What an application on a phone is told, once. */
export type Enrolment = Schema<'tisserand.enrolment'>
/** A browser in which the person signed in before. */
export type KnownDevice = Schema<'tisserand.device'>
/** A measure of what a subscription includes; storage in bytes. */
export type UsageLine = Schema<'tisserand.usage_line'>
export type SubscriptionShown = Schema<'tisserand.subscription_shown'>
export type Assistance = Schema<'tisserand.assistance'>
export type Provisioning = Schema<'tisserand.provisioning'>
export type ProvisioningToken = Schema<'tisserand.provisioning_token'>
export type ProvisioningTokenMade = Schema<'tisserand.provisioning_token_made'>
export type ProvisionedGroup = Schema<'tisserand.provisioned_group'>
/** An archive that the platform made, or is making. */
export type KeptArchive = Schema<'tisserand.kept_archive'>
/** Something that protects an environment, or does not yet. */
export type SecurityFinding = Schema<'tisserand.security_finding'>
export type SignInRules = Schema<'tisserand.sign_in_rules'>
/** What happened to a sign-in; of whom, where an administrator asks. */
export type SignInEvent = Schema<'tisserand.sign_in_event'>
export type PersonSignInEvent = Schema<'tisserand.person_sign_in_event'>
export type HistoryEntry = Schema<'tisserand.history_entry'>
export type HistoryPage = Schema<'tisserand.history'>
export type SearchHit = Schema<'tisserand.found'>['value'][number]
/** One change somebody made, as the server announces it. */
export type LiveEvent = Schema<'tisserand.event'>
/** Somebody who has a record open too, and where the server tells of it. */
export type Present = Schema<'tisserand.present'>
export type PresenceEvent = Schema<'tisserand.presence_event'>
export type FileValue = Schema<'tisserand.file'>
/** Why a write at an old version was refused: what changed since, by whom. */
export type StaleChange = Schema<'tisserand.stale_change'>
/** What the server says when it refuses (RFC 9457). */
export type Refusal = Schema<'tisserand.problem'>
/** An import that people follow, as a list shows it, and whole. */
export type ImportShort = Schema<'tisserand.import_short'>
export type Import = Schema<'tisserand.import'>
export type ImportTally = Schema<'tisserand.import_tally'>
/** What would become of a row. */
export type ImportRow = Schema<'tisserand.import_row'>
/** A record that an undo left as it is. */
export type ImportLeft = Schema<'tisserand.import_left'>
/** One change of one record, as the journal has it. */
export type JournalChange = Omit<Schema<'tisserand.journal_change'>, 'changes'> & {
  changes: Record<string, [unknown, unknown]> | null
}
/** Somebody who may enter an environment; with a password that is told once. */
/** What a link that came by e-mail is for. */
export type AccountLink = Schema<'tisserand.account_link'>
export type IdentityProvider = Schema<'tisserand.identity_provider'>

export type Person = Schema<'tisserand.person'>
export type Profile = Schema<'tisserand.profile'>
export type Profiles = Schema<'tisserand.profiles'>
/** A profile as it is sent: whole, without its name and where it comes from. */
export type ProfileSent = Schema<'tisserand.profile_sent'>
/** What a profile says of an entity. */
export type ProfileGrant = Schema<'tisserand.profile_grant'>
/** What may be done to records. */
export type Capability = Profile['all'][number]
export type Power = Profile['powers'][number]
/** How far a field is open. */
export type Level = ProfileGrant['otherwise']
/** Records that belong to whoever asks, as row rules name them. */
export type Perimeter = Profiles['perimeters'][number]
export type Rights = Schema<'tisserand.rights'>
/** A time when somebody looked as oneself. */
export type ViewAs = Schema<'tisserand.views_as'>['value'][number]
export type Reason = Schema<'tisserand.reason'>
/** What is held about a person, and what erasing them would do. */
export type Subject = Schema<'tisserand.subject'>
/** The erasure of a person: what was erased, and how far it is. */
export type Erasure = Schema<'tisserand.erasure'>
/** What is held longer than it should be, of an entity. */
export type Expiring = Schema<'tisserand.expiring'>
/** Somebody was shown sensitive values of a record. */
export type Access = Schema<'tisserand.access'>
export type ListExport = Schema<'tisserand.list_export'>
export type PersonTold = Schema<'tisserand.person_told'>
export type Figures = Schema<'tisserand.figures'>
/** A page of anything, and the way to the next. */
export interface PageOf<Item> {
  value: Item[]
  '@odata.nextLink'?: string
}
