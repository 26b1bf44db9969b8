import type { Problem } from './problem'
import type {
  Access,
  AccountLink,
  Assistance,
  Ceremony,
  Dictionary,
  Enrolment,
  Erasure,
  Expiring,
  FactorState,
  Favourite,
  Figures,
  FileValue,
  HistoryPage,
  IdentityProvider,
  Import,
  ImportLeft,
  ImportRow,
  ImportShort,
  JournalChange,
  KeptArchive,
  KnownDevice,
  Label,
  ListExport,
  ListValue,
  LiveEvent,
  Notifications,
  Page,
  PageOf,
  Passkey,
  Person,
  PersonSignInEvent,
  PersonTold,
  Preferences,
  PresenceEvent,
  Present,
  Profile,
  ProfileSent,
  Profiles,
  ProvisionedGroup,
  Provisioning,
  ProvisioningTokenMade,
  Reason,
  RecordData,
  Rights,
  SavedView,
  SearchHit,
  SecurityFinding,
  Session,
  SignIn,
  SignInEvent,
  SignInRules,
  Subject,
  SubscriptionShown,
  ValueList,
  ViewAs,
} from './types'

/** What a list asks for. Empty parts are left out. */
export interface ListQuery {
  select?: string[]
  /** Reference or lines to bring along, with the fields wanted of each. */
  expand?: { name: string; select?: string[] }[]
  /** `name`, `-created_at`. */
  order?: string[]
  /** A filter in Tisserand's expression language. */
  where?: string
  search?: string
  top?: number
  count?: boolean
}

/** A figure over the records of a group. */
export interface Figure {
  name: string
  method: 'count' | 'sum' | 'average' | 'min' | 'max' | 'distinct'
  /** A path; `null` only for `count`. */
  field: string | null
}

/** Groups and figures instead of records. */
export interface GroupQuery {
  /** What makes the groups: paths, or expressions of the API under a name. */
  by: (string | { name: string; expression: string })[]
  figures: Figure[]
  where?: string
  search?: string
}

/** A whole list as a file. */
export interface ExportQuery {
  format: 'csv' | 'xlsx'
  /** Headings and values as screens say them; else identifiers and codes, for an import. */
  labels: boolean
  columns: string[]
  /** Of the file, without its end. */
  name: string
  order?: string[]
  where?: string
  search?: string
}

/** A group: its values in the order of `by`, then its figures by name. */
export interface Group {
  keys: unknown[]
  figures: Record<string, unknown>
}

/** A write among several. */
export type Write =
  | { kind: 'update'; id: string; values: Record<string, unknown>; version?: number | undefined }
  | { kind: 'transition'; id: string; transition: string; version?: number | undefined }
  | { kind: 'remove'; id: string; version?: number | undefined }
  /** Makes a removed record again. */
  | { kind: 'restore'; id: string; version?: undefined }

/** A record to make, among writes that are done together. */
export interface Make {
  kind: 'create'
  values: Record<string, unknown>
}

/** What became of a write among several: the record as it is now, nothing after a removal, or why it was refused. */
export type Written = { record: RecordData | null } | { problem: Problem }

export interface RecordQuery {
  expand?: { name: string; select?: string[] }[]
}

export interface ViewChange {
  shared?: boolean
  first?: boolean
  state?: Record<string, unknown>
}

/** What to set of preferences: the rest stays; of dashboards, those named, `null` for one that is to be as it comes. */
export type PreferencesChange = Partial<Omit<Preferences, 'dashboards'>> & {
  dashboards?: Record<string, Record<string, unknown> | null>
}

type Abort = { signal?: AbortSignal | undefined }

/**
 * Where every screen's data comes from. Screens know nothing else: the HTTP implementation talks to the data API, another one will
 * read the device's own database. Every call rejects with a `Problem`, or waits while nobody can answer it (`api/link.ts`).
 */
export interface DataSource {
  readonly session: {
    read(options?: Abort): Promise<Session>
    /** `second`: a code, where one was asked for (`code_needed`). */
    signIn(email: string, password: string, second?: { code: string; trust: boolean }): Promise<Session>
    update(change: { language: Session['user']['language'] }): Promise<void>
    signOut(): Promise<void>
    /** Has a link sent to choose another password by, if anybody has that address: the answer does not tell. */
    passwordForgotten(email: string): Promise<void>
    /** What a link is for. */
    link(link: string): Promise<AccountLink>
    choosePassword(link: string, password: string): Promise<void>
    /** Whose host name this page came by, with the address of their logo. */
    brand(options?: Abort): Promise<{ name: string | null; logo: string | null }>
    /** Identity providers that speak for addresses of a domain. */
    providers(domain: string, options?: Abort): Promise<IdentityProvider[]>
    /** Where the browser goes to sign in by one; it comes back to `to`. */
    beginAtProvider(code: string, to?: string): Promise<string>
    /** What the browser is to be asked for to sign in by a passkey. */
    passkeyAsked(): Promise<Ceremony>
    /** Signs in by what it answered. */
    passkeyAnswered(ceremony: string, credential: Record<string, unknown>): Promise<Session>
    passkeys: {
      /** The person's, last added first; with the address at which some can be added. */
      read(options?: Abort): Promise<{ value: Passkey[]; origin: string | null }>
      /** `code`: where one was asked for (`code_needed`). */
      begin(password: string, code?: string): Promise<Ceremony>
      add(ceremony: string, credential: Record<string, unknown>, name: string): Promise<Passkey>
      rename(id: string, name: string): Promise<Passkey>
      remove(id: string, password: string): Promise<void>
    }
    secondFactor: {
      read(options?: Abort): Promise<FactorState>
      begin(password: string): Promise<Enrolment>
      /** The recovery codes, this once. */
      confirm(code: string): Promise<string[]>
      renew(code: string): Promise<string[]>
      remove(code: string): Promise<void>
    }
    /** Where the person is known, last used first. */
    devices(options?: Abort): Promise<KnownDevice[]>
    forgetDevice(id: string): Promise<void>
    /** Replaces the person's password; their other sessions end. */
    changePassword(present: string, password: string): Promise<Session>
    /** Where the person is signed in, last used first. */
    everywhere(options?: Abort): Promise<SignIn[]>
    /** Signs the person out there; everywhere but here without an id. */
    end(id?: string): Promise<void>
    /** What happened to the person's sign-ins, newest first. */
    events(options?: Abort & { link?: string | undefined }): Promise<PageOf<SignInEvent>>
  }
  environment(name: string): EnvironmentSource
}

/** Who is told what happens in an environment. */
export interface Followed {
  /** Each change, once. */
  heard(event: LiveEvent): void
  /** Who has a record open that this person has open too. */
  met?(event: PresenceEvent): void
  connected?(live: boolean): void
}

/** The data of one environment. */
export interface EnvironmentSource {
  dictionary(options?: Abort): Promise<Dictionary>
  /** Of the software that answers. */
  version(options?: Abort): Promise<string>
  list(collection: string, query: ListQuery, options?: Abort): Promise<Page>
  /** The page after one that said there is more, of `top` records at most; of as many as the page before, when absent. */
  next(link: string, options?: Abort & { top?: number }): Promise<Page>
  groups(collection: string, query: GroupQuery, options?: Abort): Promise<Group[]>
  record(collection: string, id: string, query: RecordQuery, options?: Abort): Promise<RecordData>
  create(collection: string, values: Record<string, unknown>, options?: Abort): Promise<RecordData>
  /** `version` makes it conditional: a record changed since is a `stale` problem. */
  update(
    collection: string,
    id: string,
    values: Record<string, unknown>,
    version?: number,
    options?: Abort,
  ): Promise<RecordData>
  remove(collection: string, id: string, version?: number): Promise<void>
  transition(collection: string, id: string, transition: string, version?: number): Promise<RecordData>
  /** Several writes, each by itself: one that is refused leaves the others. 500 at most. */
  writeAll(collection: string, writes: Write[], options?: Abort): Promise<Written[]>
  /** Writes that are done together or not at all; the records as they are then. Throws why one was refused. */
  writeAsOne(collection: string, writes: (Write | Make)[]): Promise<(RecordData | null)[]>
  /** The file, told how many records came so far while it is read. */
  exported(
    collection: string,
    query: ExportQuery,
    options?: Abort & { told?: (records: number) => void },
  ): Promise<{ file: Blob; records: number }>
  views: {
    list(options?: Abort): Promise<SavedView[]>
    create(view: { name: string; entity: string } & ViewChange): Promise<SavedView>
    change(id: string, change: ViewChange & { name?: string }): Promise<SavedView>
    remove(id: string): Promise<void>
  }
  preferences: {
    read(options?: Abort): Promise<Preferences>
    change(change: PreferencesChange): Promise<Preferences>
  }
  favourites: {
    list(options?: Abort): Promise<Favourite[]>
    /** `record/account/0192…`, `list/account`, `view/0192…`, `dashboard/my_day`. */
    add(target: string): Promise<Favourite>
    remove(id: string): Promise<void>
  }
  notifications: {
    /** The newest. */
    list(top: number, options?: Abort): Promise<Notifications>
    mark(id: string, read: boolean): Promise<void>
    markAll(): Promise<void>
  }
  history(collection: string, id: string, options?: Abort): Promise<HistoryPage>
  historyNext(link: string, options?: Abort): Promise<HistoryPage>
  search(text: string, options?: Abort): Promise<SearchHit[]>
  /** Address of a stored file, for `<img>` and downloads; `hash` makes it change when the file does. */
  fileUrl(collection: string, id: string, field: string, hash?: string): string
  /** Address of the logo of this environment, for `<img>`; `hash` makes it change when the logo does. */
  logoUrl(hash: string): string
  /** Sends bytes; what comes back is the value of the file field that will name them. A picture is made anew unless it is kept as it is. */
  keepFile(file: File, asItIs?: boolean): Promise<FileValue>
  lists: {
    read(list: string, options?: Abort): Promise<ValueList>
    add(list: string, value: { tag: string; label: Label; colour: string | null }): Promise<void>
    change(list: string, tag: string, change: Partial<Pick<ListValue, 'label' | 'colour' | 'active'>>): Promise<void>
  }
  imports: ImportSource
  administration: AdministrationSource
  protection: ProtectionSource
  rights: RightsSource
  /** Says that a page has a record open, and hears who else has. Rejects at once when it cannot be said now. */
  present(
    collection: string,
    id: string,
    said: { page: string; does: 'look' | 'edit' | 'leave' },
    options?: { keepalive?: boolean },
  ): Promise<Present[]>
  /** Tells what happens until the returned function is called; reconnects and resumes by itself. */
  follow(followed: Followed): () => void
}

/** What becomes of a row of an import. */
export type Outcome = ImportRow['outcome']

/** The mapping of `docs/import.md`, as JSON. */
export type ImportMapping = Record<string, unknown>

/** Files that become records, in steps. What takes a while goes on after the answer: `read` says how far it is. */
export interface ImportSource {
  list(collection?: string, options?: Abort & { link?: string | undefined }): Promise<PageOf<ImportShort>>
  send(collection: string, file: File): Promise<Import>
  read(id: string, options?: Abort): Promise<Import>
  detect(id: string, mapping: ImportMapping): Promise<Import>
  preview(id: string, mapping: ImportMapping): Promise<Import>
  /** Writes the rows; without a mapping, goes on with the one it was begun with. */
  run(id: string, mapping?: ImportMapping): Promise<Import>
  stop(id: string): Promise<Import>
  undo(id: string): Promise<Import>
  forget(id: string): Promise<void>
  rows(id: string, outcome?: Outcome, options?: Abort & { link?: string | undefined }): Promise<PageOf<ImportRow>>
  left(id: string, options?: Abort & { link?: string | undefined }): Promise<PageOf<ImportLeft>>
  /** Address of the file of refused rows. */
  refusedUrl(id: string): string
}

/** What the journal is searched for. */
export interface JournalQuery {
  person?: string | undefined
  collection?: string | undefined
  record?: string | undefined
  from?: string | undefined
  to?: string | undefined
  operation?: string | undefined
  origin?: string | undefined
}

/** What administrators do. */
export interface AdministrationSource {
  journal(query: JournalQuery, options?: Abort & { link?: string | undefined }): Promise<PageOf<JournalChange>>
  figures(options?: Abort): Promise<Figures>
  /** What protects the environment, and what is missing. */
  security(options?: Abort): Promise<SecurityFinding[]>
  /** Where the whole environment is fetched as an archive. */
  archiveUrl(): string
  /** Archives that are prepared beside people's work, and kept for a week. */
  archives: {
    list(options?: Abort): Promise<KeptArchive[]>
    ask(): Promise<KeptArchive>
    url(id: string): string
  }
  people(options?: Abort): Promise<PageOf<Person> & { invites: boolean }>
  letIn(person: { name: string; email: string; profiles: string[] }): Promise<PersonTold>
  setProfiles(id: string, profiles: string[]): Promise<void>
  profiles(options?: Abort): Promise<Profiles>
  takeAway(id: string): Promise<void>
  /** Sends another invitation. */
  invite(id: string): Promise<void>
  resetPassword(id: string): Promise<PersonTold>
  signOut(id: string): Promise<PersonTold>
  /** Takes the second factor of somebody away who lost it. */
  resetFactor(id: string): Promise<void>
  signInRules: {
    read(options?: Abort): Promise<SignInRules>
    change(change: Partial<SignInRules>): Promise<SignInRules>
  }
  /** What operators and integrators ask to see here. */
  assistance: {
    list(options?: Abort): Promise<Assistance[]>
    answer(id: string, answer: 'approve' | 'refuse' | 'end'): Promise<Assistance[]>
  }
  /** What the company's directory keeps up to date here. */
  provisioning: {
    show(options?: Abort): Promise<Provisioning>
    /** Makes a token; its secret is told this once. */
    make(name: string): Promise<ProvisioningTokenMade>
    revoke(id: string): Promise<void>
    /** Says which profiles the members of a group hold. */
    map(id: string, profiles: string[]): Promise<ProvisionedGroup>
  }
  /** What the client bought, and what is used of it. */
  subscription(options?: Abort): Promise<SubscriptionShown>
  /** What happened to the sign-ins of people, newest first. */
  signIns(
    query: { person?: string; event?: SignInEvent['event'] },
    options?: Abort & { link?: string | undefined },
  ): Promise<PageOf<PersonSignInEvent>>
}

/** What is held about people, for who answers for it. */
export interface ProtectionSource {
  /** What is held about a person, and what erasing them would do. */
  subject(collection: string, id: string, options?: Abort): Promise<Subject>
  /** Address of the archive of everything that is held about a person. */
  exportUrl(collection: string, id: string): string
  /** Begins to erase a person, once their name was typed: it goes on after the answer. */
  erase(collection: string, id: string, name: string): Promise<Erasure>
  /** Erasures, the last first. */
  erasures(options?: Abort): Promise<PageOf<Erasure>>
  erasure(id: string, options?: Abort): Promise<Erasure>
  /** Goes on with one that was interrupted. */
  resume(id: string): Promise<Erasure>
  /** Who read sensitive values of whom, the last first. */
  accesses(options?: Abort): Promise<PageOf<Access>>
  /** Who took lists along as files, the last first. */
  exports(options?: Abort): Promise<PageOf<ListExport>>
  /** What is held longer than the dictionary says. */
  expiring(options?: Abort): Promise<PageOf<Expiring>>
  /** Begins to erase or delete it, once the name of the records was typed. */
  expire(collection: string, name: string): Promise<Erasure>
}

/** What is asked about a right: of one record, of somebody else, where they are named. */
export interface WhyQuery {
  collection: string
  /** A capability, or the name of a transition. */
  capability: string
  id?: string | undefined
  person?: string | undefined
}

/** Who may do what. */
export interface RightsSource {
  /** Makes a profile, or gives one all that it says. */
  profilePut(name: string, says: ProfileSent): Promise<Profile>
  /** Takes an own profile away; gives one of a module back what the module says. */
  profileTakeBack(name: string): Promise<void>
  /** What somebody may do, entity by entity. */
  of(person: string, options?: Abort): Promise<Rights>
  /** Begins to look as somebody else: nothing can be changed then. */
  lookAs(person: string): Promise<void>
  /** Goes back to looking as oneself. */
  lookAsMyself(): Promise<void>
  /** When others looked as oneself, the last first. */
  looks(options?: Abort): Promise<ViewAs[]>
  /** Why somebody may, or may not: oneself, without a person. */
  why(asked: WhyQuery, options?: Abort): Promise<Reason>
}
