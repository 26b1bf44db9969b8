import { Modal } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Kbd } from '../../ui/Kbd'
import styles from './ShortcutSheet.module.css'

/** Every key that does something, by where it does. */
export default function ShortcutSheet({ close }: { close(): void }) {
  const { t } = useTranslation()
  const shift = t('shortcuts.shift')
  const groups = [
    {
      title: t('shortcuts.everywhere'),
      keys: [
        ['Ctrl K', t('shortcuts.palette')],
        ['n', t('shortcuts.create')],
        ['g', t('shortcuts.bell')],
        ['h', t('shortcuts.help')],
        ['?', t('shortcuts.sheet')],
        ['Esc', t('shortcuts.back')],
      ],
    },
    {
      title: t('shortcuts.lists'),
      keys: [
        ['j', t('shortcuts.next')],
        ['k', t('shortcuts.previous')],
        ['Enter', t('shortcuts.open')],
        [t('shortcuts.space'), t('shortcuts.preview')],
        ['x', t('shortcuts.choose')],
        ['← →', t('shortcuts.cells')],
        ['F2', t('shortcuts.editCell')],
        ['/', t('shortcuts.searchList')],
        ['r', t('shortcuts.refresh')],
      ],
    },
    {
      title: t('shortcuts.records'),
      keys: [
        ['e', t('shortcuts.edit')],
        ['Ctrl Enter', t('shortcuts.save')],
        ['j', t('shortcuts.next')],
        ['k', t('shortcuts.previous')],
        ['@', t('shortcuts.mention')],
      ],
    },
    {
      title: t('shortcuts.boards'),
      keys: [
        ['← → ↑ ↓', t('shortcuts.cards')],
        [`${shift} ← →`, t('shortcuts.moveCard')],
      ],
    },
    {
      title: t('shortcuts.times'),
      keys: [
        [`${shift} ← → ↑ ↓`, t('shortcuts.moveTime')],
        [`${shift} ${t('shortcuts.alt')} ↑ ↓`, t('shortcuts.moveEnd')],
      ],
    },
  ]
  return (
    <Modal
      opened
      onClose={close}
      title={t('shortcuts.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <div className={styles.groups}>
        {groups.map((group) => (
          <section key={group.title}>
            <h2>{group.title}</h2>
            <dl>
              {group.keys.map(([key = '', does]) => (
                <div key={key} className={styles.line}>
                  <dt>{does}</dt>
                  <dd>
                    {key.split(' ').map((part) => (
                      <Kbd key={part}>{part}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  )
}
