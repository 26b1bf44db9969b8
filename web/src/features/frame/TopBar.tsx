import { Menu, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { source } from '../../app/source'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { kindWord } from '../../ui/environmentKind'
import { IconAction } from '../../ui/IconAction'
import { Initials } from '../../ui/Initials'
import { Kbd } from '../../ui/Kbd'
import styles from './TopBar.module.css'

interface Props {
  openPalette(): void
  openSheet(): void
  openHelp(): void
  bell: ReactNode
}

export function TopBar({ openPalette, openSheet, openHelp, bell }: Props) {
  const { t } = useTranslation()
  return (
    <header className={styles.bar}>
      <EnvironmentMenu />
      <button type="button" className={styles.search} onClick={openPalette}>
        <Icon name="search" size={16} />
        <span>{t('frame.search')}</span>
        <span className={styles.keys}>
          <Kbd>Ctrl</Kbd> <Kbd>K</Kbd>
        </span>
      </button>
      <div className={styles.end}>
        <span className={styles.searchSmall}>
          <IconAction icon="search" label={t('frame.search')} size={40} onClick={openPalette} />
        </span>
        <CreateMenu />
        <span className={styles.help}>
          <IconAction icon="help-circle" label={t('help.open')} shortcut="h" size={36} onClick={openHelp} />
        </span>
        {bell}
        <AccountMenu openSheet={openSheet} openHelp={openHelp} />
      </div>
    </header>
  )
}

function EnvironmentMenu() {
  const { t } = useTranslation()
  const { dictionary } = useSurroundings()
  const session = useQuery({ queryKey: keys.session, queryFn: () => source.session.read() })
  const environments = session.data?.environments ?? []
  const { environment } = dictionary
  return (
    <Menu position="bottom-start" width={280}>
      <Menu.Target>
        <UnstyledButton
          className={styles.environment}
          aria-label={`${environment.label}, ${t('frame.changeEnvironment')}`}
        >
          <strong>{environment.label}</strong>
          <span className={styles.kind}>{kindWord(environment.kind, t)}</span>
          <Icon name="chevron-down" size={14} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('frame.changeEnvironment')}</Menu.Label>
        {environments.map((one) => (
          <Menu.Item
            key={one.name}
            component={Link}
            // A plain path: another environment is another application state.
            to={`/e/${one.name}` as '/'}
            leftSection={<Initials name={one.label} size={24} />}
            rightSection={one.name === environment.name ? <Icon name="check" size={16} /> : undefined}
          >
            {one.label}
            <span className={styles.itemKind}>{kindWord(one.kind, t)}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function CreateMenu() {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const env = dictionary.environment.name
  const creatable = dictionary.menu
    .flatMap((group) => group.items)
    .map((item) => dictionary.entities[item.entity])
    .filter((entity) => entity?.can.create)
  if (creatable.length === 0) return null
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <IconAction icon="circle-plus" label={t('frame.createWhat')} size={36} />
      </Menu.Target>
      <Menu.Dropdown className={styles.tall}>
        <Menu.Label>{t('frame.create')}</Menu.Label>
        {creatable.map(
          (entity) =>
            entity && (
              <Menu.Item
                key={entity.name}
                component={Link}
                to={`/e/${env}/${entity.collection}/new` as '/'}
                leftSection={<Icon name={entity.icon} />}
              >
                {label(entity.label)}
              </Menu.Item>
            ),
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

function AccountMenu({ openSheet, openHelp }: Pick<Props, 'openSheet' | 'openHelp'>) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const { me } = dictionary
  const env = dictionary.environment.name
  const signOut = async () => {
    await source.session.signOut()
    // A page of its own: nothing that was read here stays in memory.
    window.location.assign('/sign-in')
  }
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton className={styles.me} aria-label={`${t('frame.account')}, ${me.name}`}>
          <Initials name={me.name} size={30} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={styles.who}>
          <strong>{me.name}</strong>
          <span className="quiet">{me.profiles.map((profile) => label(profile.label)).join(', ')}</span>
        </div>
        <Menu.Divider />
        <Menu.Item component={Link} to={`/me/${env}` as '/'} leftSection={<Icon name="adjustments" />}>
          {t('frame.preferences')}
        </Menu.Item>
        <Menu.Item component={Link} to={`/me/${env}/sessions` as '/'} leftSection={<Icon name="device-desktop" />}>
          {t('signIns.title')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={openHelp} leftSection={<Icon name="help-circle" />} rightSection={<Kbd>h</Kbd>}>
          {t('help.open')}
        </Menu.Item>
        <Menu.Item onClick={openSheet} leftSection={<Icon name="keyboard" />} rightSection={<Kbd>?</Kbd>}>
          {t('frame.shortcuts')}
        </Menu.Item>
        <Menu.Item component={Link} to={`/me/${env}/about` as '/'} leftSection={<Icon name="info-circle" />}>
          {t('about.title')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={signOut} leftSection={<Icon name="logout" />}>
          {t('frame.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
