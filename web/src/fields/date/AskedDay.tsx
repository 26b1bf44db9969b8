import { Input } from '@mantine/core'
import { useId, useState } from 'react'
import { DayInput } from './DayInput'

/** A day that one looks for, outside of a form: typed or picked as everywhere else, empty when none is asked for. */
export function AskedDay(props: {
  label: string
  value: string
  onChange(day: string): void
  className?: string | undefined
}) {
  const id = useId()
  const [problem, setProblem] = useState<string | null>(null)
  const said = `${id}-said`
  return (
    <Input.Wrapper id={id} className={props.className} label={props.label} error={problem} errorProps={{ id: said }}>
      <DayInput
        id={id}
        field={{}}
        value={props.value || null}
        onChange={(day) => props.onChange(day ?? '')}
        onProblem={setProblem}
        describedBy={problem ? said : undefined}
        invalid={problem !== null}
        required={false}
      />
    </Input.Wrapper>
  )
}
