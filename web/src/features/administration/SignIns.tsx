import { Select, Switch } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import { useSurroundings } from '../../dictionary/context'
import { EventList } from '../../signIns/EventList'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { usePeople } from '../rights/useProfiles'
import { AdminPage } from './AdminPage'
import pageStyles from './AdminPage.module.css'
import styles from './Audit.module.css'
import type { SignInSearch } from './signInSearch'

const still = { transitionProps: { duration: 0 } }

/** What an administrator can be told of: nobody's address is nobody of theirs. */
const shown = [
  'signed_in',
  'wrong_password',
  'wrong_code',
  'slowed_down',
  'inactive',
  'signed_out',
  'session_ended',
  'code_asked',
  'factor_added',
  'factor_removed',
  'factor_reset',
  'recovery_codes_made',
  'passkey_added',
  'passkey_removed',
  'passkey_refused',
  'passkey_copied',
  'password_changed',
  'password_reset',
  'password_expired',
] as const satisfies SignInSearch['event'][]

/** What is asked of whoever signs in here. */
function Rules() {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const env = dictionary.environment.name
  const client = useQueryClient()
  const rules = useQuery({
    queryKey: keys.administration(env, 'sign-in-rules'),
    queryFn: ({ signal }) => source.administration.signInRules.read({ signal }),
  })
  const change = useMutation({
    mutationFn: (required: boolean) => source.administration.signInRules.change({ second_factor: required }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.administration(env, 'sign-in-rules') }),
  })
  return (
    <div className={`${pageStyles.sheet} ${pageStyles.part}`}>
      {change.error && <ProblemNotice problem={asProblem(change.error)} />}
      <Switch
        label={t('factor.required')}
        description={t('factor.requiredHint')}
        checked={rules.data?.second_factor ?? false}
        disabled={!rules.data || change.isPending}
        onChange={(event) => change.mutate(event.currentTarget.checked)}
      />
    </div>
  )
}

/** Who of the people of this environment signed in, or tried to, from where. */
export function SignIns() {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const env = dictionary.environment.name
  const search = useSearch({ from: '/admin/$env/sign-ins' })
  const navigate = useNavigate({ from: '/admin/$env/sign-ins' })
  const people = usePeople().data?.value ?? []
  const found = useInfiniteQuery({
    queryKey: keys.administration(env, 'sign-ins', search),
    enabled: dictionary.me.powers.includes('administer'),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => source.administration.signIns(search, { signal, link: pageParam }),
    getNextPageParam: (page) => page['@odata.nextLink'],
  })
  const change = (next: { [Name in keyof SignInSearch]?: SignInSearch[Name] | undefined }) => {
    const merged = Object.entries({ ...search, ...next }).filter(([, value]) => value)
    void navigate({ search: Object.fromEntries(merged) as SignInSearch, replace: true })
  }
  return (
    <AdminPage title={t('signInEvents.people.title')} hint={t('signInEvents.people.hint')}>
      <Rules />
      <form className={styles.filters} onSubmit={(event) => event.preventDefault()} aria-label={t('list.filterOn')}>
        <Select
          className={`${styles.filter} ${styles.person}`}
          label={t('signInEvents.people.person')}
          placeholder={t('signInEvents.people.everybody')}
          data={people.map((person) => ({ value: person.id, label: person.name }))}
          value={people.length > 0 ? (search.person ?? null) : null}
          onChange={(person) => change({ person: person ?? undefined })}
          searchable
          clearable
          comboboxProps={still}
        />
        <Select
          className={`${styles.filter} ${styles.person}`}
          label={t('signInEvents.people.event')}
          placeholder={t('administration.audit.everything')}
          data={shown.map((value) => ({ value, label: t(`signInEvents.events.${value}`) }))}
          value={search.event ?? null}
          onChange={(event) => change({ event: (event as SignInSearch['event']) ?? undefined })}
          clearable
          comboboxProps={still}
        />
      </form>
      <EventList
        label={t('signInEvents.people.title')}
        events={found.data?.pages.flatMap((page) => page.value) ?? []}
        pending={found.isPending}
        error={found.error && asProblem(found.error)}
        retry={() => void found.refetch()}
        more={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
        reading={found.isFetchingNextPage}
      />
    </AdminPage>
  )
}
