import { Button, Checkbox, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Capability, Entity, Label, Perimeter, Profile, ProfileGrant } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { LeaveGuard } from '../../drafts/LeaveGuard'
import { Icon } from '../../icons/Icon'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'
import pageStyles from '../administration/AdminPage.module.css'
import { faultsOf } from './faults'
import { GrantEditor } from './GrantEditor'
import { grantFrom, powers, reachOf, sent, toggled } from './grants'
import { Matrix, ReachMark } from './Matrix'
import { ProfileDraftNotice } from './ProfileDraftNotice'
import styles from './Profiles.module.css'
import { useOpened } from './useOpened'
import { useProfileDraft } from './useProfileDraft'
import { usePeople, useProfiles } from './useProfiles'
import { ruleQuery } from './useRule'

/** Changes a profile as a whole: nothing holds before it is saved. */
export function ProfileEditor(props: { profile: Profile; perimeters: Perimeter[]; onDone(): void }) {
  const { perimeters, onDone } = props
  const { t } = useTranslation()
  const { dictionary, source, label } = useSurroundings()
  const env = dictionary.environment.name
  const client = useQueryClient()
  const draft = useProfileDraft(props.profile)
  const { profile, typed } = draft
  const [opened, toggle, open] = useOpened()
  const [wrong, setWrong] = useState<Entity[]>([])
  const put = (change: Partial<Profile>) => draft.put({ ...profile, ...change })
  const grant = (entity: Entity, next: ProfileGrant | null) => {
    // What was found wrong is perhaps what is being corrected.
    if (save.error) save.reset()
    const { [entity.name]: _before, ...rest } = profile.entities
    put({ entities: next ? { ...rest, [entity.name]: next } : rest })
  }

  /** The entities with a rule that the server cannot read. */
  const mistaken = async (): Promise<Entity[]> => {
    const says = sent(profile).entities ?? {}
    const asked = Object.entries(says).map(async ([name, { rows, only }]) => {
      const entity = dictionary.entities[name]
      if (!entity) return []
      const rules = [rows ?? '', ...Object.values(only)].map((rule) => rule.trim()).filter((rule) => rule !== '')
      const answers = rules.map((rule) => client.fetchQuery(ruleQuery(env, source, entity, rule, perimeters)))
      return (await Promise.all(answers)).some((answer) => answer && 'wrong' in answer) ? [entity] : []
    })
    return (await Promise.all(asked)).flat()
  }

  const save = useMutation({
    mutationFn: async () => {
      const found = await mistaken()
      setWrong(found)
      for (const entity of found) open(entity.name)
      return found.length > 0 ? null : source.rights.profilePut(profile.name, sent(profile))
    },
    onSuccess: async (saved) => {
      if (!saved) return
      draft.forget()
      await client.invalidateQueries({ queryKey: keys.administration(env, 'profiles') })
      say({ tone: 'done', text: t('rights.profiles.saved') })
      onDone()
    },
    onError: (error) => {
      for (const name of Object.keys(faultsOf(asProblem(error))?.entities ?? {})) open(name)
    },
  })
  const named = (entities: string[]) =>
    entities
      .map((name) => label(dictionary.entities[name]?.plural ?? dictionary.entities[name]?.label) || name)
      .join(', ') || label(profile.label)
  const faults = save.error && faultsOf(asProblem(save.error))

  const check = (capability: Capability, checked: boolean, name: string, onChange: (wanted: boolean) => void) => (
    <Checkbox
      size="xs"
      checked={checked}
      aria-label={name}
      onChange={(event) => onChange(event.currentTarget.checked)}
      data-capability={capability}
    />
  )
  return (
    <>
      <ProfileDraftNotice draft={draft} />
      {profile.layer !== 'client' && <Notice tone="info" title={t('rights.edit.changed')} />}
      <div className={pageStyles.sheet}>
        <Texts profile={profile} onChange={put} />
      </div>
      <div className={`${pageStyles.sheet} ${styles.texts}`}>
        <Checkbox
          label={t('rights.make.restricts')}
          description={t('rights.make.restrictsHint')}
          checked={profile.restricts}
          onChange={(event) => put({ restricts: event.currentTarget.checked })}
        />
        {profile.restricts !== props.profile.restricts && <Consequence profile={profile} />}
      </div>
      {!profile.restricts && (
        <div className={pageStyles.sheet}>
          <fieldset className={`${styles.powers} ${styles.texts}`}>
            <legend className="hidden-text">{t('rights.powers')}</legend>
            {powers.map((power) => (
              <Checkbox
                key={power}
                size="xs"
                label={t(`rights.power.${power}`)}
                checked={profile.powers.includes(power)}
                onChange={(event) => {
                  const wanted = event.currentTarget.checked
                  put({
                    powers: powers.filter((one) => (one === power ? wanted : profile.powers.includes(one))),
                  })
                }}
              />
            ))}
          </fieldset>
        </div>
      )}
      <Matrix
        label={t('rights.profiles.title')}
        opened={opened}
        onToggle={toggle}
        others={
          profile.restricts
            ? undefined
            : {
                cell: (capability) =>
                  check(
                    capability,
                    profile.all.includes(capability),
                    t('rights.edit.allowOthers', { capability: t(`rights.capability.${capability}`) }),
                    (wanted) => put({ all: toggled(profile.all, capability, wanted) }),
                  ),
              }
        }
        cell={(entity, capability) => {
          const { reach } = reachOf(profile, entity.name, capability)
          const known = profile.entities[entity.name] ?? grantFrom(profile)
          return (
            <span className={styles.cell}>
              {check(
                capability,
                reach !== 'none',
                t('rights.edit.allow', {
                  capability: t(`rights.capability.${capability}`),
                  entity: label(entity.plural ?? entity.label),
                }),
                (wanted) => grant(entity, { ...known, allow: toggled(known.allow, capability, wanted) }),
              )}
              {reach === 'some' && <ReachMark reach="some" />}
            </span>
          )
        }}
        details={(entity) => {
          const known = profile.entities[entity.name]
          return known ? (
            <GrantEditor
              entity={entity}
              grant={known}
              perimeters={perimeters}
              faults={faults?.entities[entity.name] ?? {}}
              onChange={(next) => grant(entity, next)}
              onForget={() => grant(entity, null)}
            />
          ) : (
            <Button
              variant="default"
              leftSection={<Icon name="plus" size={16} />}
              onClick={() => grant(entity, grantFrom(profile))}
            >
              {t('rights.edit.say')}
            </Button>
          )
        }}
      />
      {wrong.length > 0 && (
        <Notice
          tone="danger"
          title={t('rights.edit.wrongRule', { name: wrong.map((one) => label(one.plural ?? one.label)).join(', ') })}
          hint={t('rights.edit.wrongRuleHint')}
        />
      )}
      {faults ? (
        <Notice
          tone="danger"
          title={t('rights.edit.wrongPart', { name: named(Object.keys(faults.entities)) })}
          hint={[...faults.others, t('rights.edit.wrongRuleHint')].join(' ')}
        />
      ) : (
        save.error && <ProblemNotice problem={asProblem(save.error)} />
      )}
      <div className={styles.foot}>
        <Button
          variant="default"
          onClick={() => {
            draft.forget()
            onDone()
          }}
        >
          {t('common.cancel')}
        </Button>
        <Button loading={save.isPending} disabled={!profile.label.fr?.trim()} onClick={() => save.mutate()}>
          {t('common.save')}
        </Button>
      </div>
      <LeaveGuard
        typed={typed}
        sent={save.isSuccess && save.data !== null}
        discard={draft.forget}
        setAside={draft.setAside}
        stays={(path) => path === location.pathname}
      />
    </>
  )
}

/** What it means, for those who have a profile, that it takes away instead of giving, or the other way round. */
function Consequence({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const people = usePeople().data?.value ?? []
  const profiles = useProfiles().data?.value ?? []
  const holders = people.filter((person) => person.profiles.includes(profile.name))
  const gives = (name: string) => name !== profile.name && profiles.some((one) => one.name === name && !one.restricts)
  const left = holders.filter((person) => !person.profiles.some(gives)).map((person) => person.name)
  const count = holders.length
  if (!profile.restricts) {
    return <Notice tone="warning" title={t('rights.edit.willGive')} hint={t('rights.edit.willGiveTo', { count })} />
  }
  const nothing = left.length > 0 ? t('rights.edit.leftWithNothing', { names: left.join(', ') }) : ''
  return (
    <Notice
      tone="warning"
      title={t('rights.edit.willTake')}
      hint={`${t('rights.edit.willTakeFrom', { count })} ${nothing}`.trim()}
    />
  )
}

/** What it is called and what it is for, in both languages. */
function Texts({ profile, onChange }: { profile: Profile; onChange(change: Partial<Profile>): void }) {
  const { t } = useTranslation()
  const write = (texts: Label | null, language: 'fr' | 'en', text: string): Label => ({ ...texts, [language]: text })
  const help = (language: 'fr' | 'en', text: string) => {
    const texts = write(profile.help, language, text)
    onChange({ help: Object.values(texts).some((one) => one?.trim()) ? texts : null })
  }
  return (
    <div className={styles.texts}>
      <TextInput
        label={t('rights.make.name')}
        value={profile.label.fr ?? ''}
        onChange={(event) => onChange({ label: write(profile.label, 'fr', event.currentTarget.value) })}
        required
      />
      <TextInput
        label={t('rights.make.nameEn')}
        value={profile.label.en ?? ''}
        onChange={(event) => onChange({ label: write(profile.label, 'en', event.currentTarget.value) })}
      />
      <Textarea
        label={t('rights.edit.help')}
        autosize
        value={profile.help?.fr ?? ''}
        onChange={(event) => help('fr', event.currentTarget.value)}
      />
      <Textarea
        label={t('rights.edit.helpEn')}
        autosize
        value={profile.help?.en ?? ''}
        onChange={(event) => help('en', event.currentTarget.value)}
      />
    </div>
  )
}
