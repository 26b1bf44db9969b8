import { Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Profile } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { GrantTold, tells } from './GrantTold'
import { reachOf } from './grants'
import { Matrix, ReachMark } from './Matrix'
import styles from './Profiles.module.css'
import { useOpened } from './useOpened'

/** What a profile says, as a table to read. */
export function ProfileTold({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const { label } = useSurroundings()
  const [opened, toggle] = useOpened()
  return (
    <>
      {!profile.restricts && (
        <p className={styles.about}>
          <span>
            <span className="quiet">{t('rights.powers')}</span>
            {profile.powers.map((power) => t(`rights.power.${power}`)).join(' · ') || t('rights.noPower')}
          </span>
        </p>
      )}
      <Matrix
        label={t('rights.profiles.title')}
        opened={opened}
        onToggle={toggle}
        others={{
          cell: (capability) =>
            profile.restricts ? (
              <ReachMark reach="kept" />
            ) : (
              <ReachMark reach={profile.all.includes(capability) ? 'all' : 'none'} />
            ),
        }}
        cell={(entity, capability) => {
          const { reach, rule } = reachOf(profile, entity.name, capability)
          const kept = profile.restricts && !profile.entities[entity.name]
          const mark = <ReachMark reach={kept ? 'kept' : reach} />
          const words = profile.words[entity.name]
          return rule ? (
            <Tooltip label={label(words?.only[capability] ?? words?.rows) || rule} multiline maw={420}>
              <span>{mark}</span>
            </Tooltip>
          ) : (
            mark
          )
        }}
        details={(entity) => {
          const grant = profile.entities[entity.name]
          return grant && tells(grant) ? (
            <GrantTold entity={entity} grant={grant} words={profile.words[entity.name]} />
          ) : null
        }}
      />
    </>
  )
}
