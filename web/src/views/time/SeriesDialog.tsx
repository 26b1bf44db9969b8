import { Button, Modal, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { titleOf } from '../../dictionary/model'
import type { Happening } from './happenings'
import type { Scope } from './series'
import { dayInFull } from './words'

/** Asks which occurrences of a series move. */
export default function SeriesDialog(props: {
  happening: Happening
  scopes: Scope[]
  onChoose(scope: Scope): void
  onClose(): void
}) {
  const { happening, scopes, onChoose, onClose } = props
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const day = dayInFull(happening.from.slice(0, 10), manner)
  return (
    <Modal
      opened
      onClose={onClose}
      // What had the focus may be elsewhere when this closes: whoever opened it follows it there.
      returnFocus={false}
      title={t('view.repeated', { title: titleOf(happening.record) || t('list.unnamed') })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack gap="xs">
        <p>{t('view.repeatedMove')}</p>
        {scopes.map((scope, position) => (
          <Button
            key={scope}
            variant="default"
            justify="start"
            data-autofocus={position === 0 || undefined}
            onClick={() => onChoose(scope)}
          >
            {t(`view.seriesScopes.${scope}`, { day })}
          </Button>
        ))}
      </Stack>
    </Modal>
  )
}
