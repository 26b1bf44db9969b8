import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Entity, Import } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { PastImports } from '../../imports/PastImports'
import { ProblemNotice } from '../../ui/ProblemNotice'
import styles from './FileStep.module.css'

/** Takes the file, by dropping it or by a button; shows what was imported before. */
export function FileStep({ entity, onSent }: { entity: Entity; onSent(sent: Import): void }) {
  const { t } = useTranslation()
  const { dictionary, source, label } = useSurroundings()
  const env = dictionary.environment.name
  const client = useQueryClient()
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const send = useMutation({
    mutationFn: (file: File) => source.imports.send(entity.collection, file),
    onSuccess: (sent) => {
      client.setQueryData(keys.import(env, sent.id), sent)
      void client.invalidateQueries({ queryKey: keys.imports(env) })
      onSent(sent)
    },
  })
  const take = (file: File | undefined) => {
    if (file && !send.isPending) send.mutate(file)
  }
  return (
    <>
      {send.error && <ProblemNotice problem={asProblem(send.error)} />}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is an addition; the button does the same */}
      <div
        className={styles.drop}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          take(event.dataTransfer.files[0])
        }}
      >
        <span className={styles.mark}>
          <Icon name="upload" size={26} />
        </span>
        <h2>{t('import.file.title')}</h2>
        <p className="quiet">{t('import.file.hint')}</p>
        <input
          ref={input}
          type="file"
          className="hidden-text"
          tabIndex={-1}
          aria-label={t('import.file.choose')}
          accept=".csv,.txt,.tsv,.xlsx,.xlsm,.jsonl,.ndjson"
          onChange={(event) => {
            take(event.currentTarget.files?.[0])
            event.currentTarget.value = ''
          }}
        />
        <Button loading={send.isPending} onClick={() => input.current?.click()}>
          {t('import.file.choose')}
        </Button>
      </div>
      <section className={styles.past}>
        <h2>{t('import.past.titleOf', { what: label(entity.plural) })}</h2>
        <PastImports collection={entity.collection} />
      </section>
    </>
  )
}
