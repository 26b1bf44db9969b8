import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Entity, Field } from '../../api/types'
import { fieldOf } from '../../dictionary/model'
import { useTitle } from '../../fields/reference/useTitle'
import { Notice } from '../../ui/Notice'

/** A change somebody else made to the record on screen. */
export interface Told {
  /** Id of the person, `null` for the system. */
  who: string | null
  /** Names of the fields. */
  what: string
}

interface Props {
  entity: Entity
  told: Told
  dirty: boolean
  close(): void
}

/** Says who changed what while one was looking; the page shows it already. */
export function ChangedNotice(props: Props) {
  const author = fieldOf(props.entity, 'updated_by')
  return author && props.told.who ? (
    <ByPerson {...props} author={author} id={props.told.who} />
  ) : (
    <Said {...props} who="" />
  )
}

function ByPerson({ author, id, ...rest }: Props & { author: Field; id: string }) {
  const name = useTitle(author, { id, title: '' })
  return <Said {...rest} who={name === '…' ? '' : name} />
}

function Said({ told, dirty, close, who }: Props & { who: string }) {
  const { t } = useTranslation()
  const title = t('record.changedByOther', { who: who || t('record.somebody'), what: told.what })
  return (
    <Notice tone="info" title={title} hint={dirty ? t('record.takenIn') : undefined}>
      <Button variant="subtle" onClick={close}>
        {t('common.dismiss')}
      </Button>
    </Notice>
  )
}
