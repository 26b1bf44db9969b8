import '@mantine/dates/styles.css'
import 'dayjs/locale/fr'
import 'dayjs/locale/en-gb'
import { Popover } from '@mantine/core'
import { DatePicker } from '@mantine/dates'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { IconAction } from '../../ui/IconAction'

/** The button in a date field that opens a month to pick from. */
export default function CalendarButton(props: { value: string | null; today: string; onPick(day: string): void }) {
  const { t } = useTranslation()
  const { language, manner } = useSurroundings()
  const [open, setOpen] = useState(false)
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <IconAction icon="calendar" label={t('fields.date.calendar')} size={28} onClick={() => setOpen(!open)} />
      </Popover.Target>
      <Popover.Dropdown aria-label={t('fields.date.calendar')}>
        <DatePicker
          value={props.value}
          defaultDate={props.value ?? props.today}
          locale={language === 'fr' ? 'fr' : 'en-gb'}
          firstDayOfWeek={((manner.firstDay ?? 1) % 7) as 0 | 1 | 2 | 3 | 4 | 5 | 6}
          highlightToday
          onChange={(day) => {
            setOpen(false)
            if (day) props.onPick(day)
          }}
        />
      </Popover.Dropdown>
    </Popover>
  )
}
