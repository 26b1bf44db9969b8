import { SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { Mark } from '../../ui/Mark'
import { Colours } from './Colours'
import { Controls } from './Controls'
import styles from './Design.module.css'
import { Measures } from './Measures'
import { States } from './States'

/** The whole design system on one page, for whoever builds with it. Only the development server has it: in English, as the code is. */
export function Design() {
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  return (
    <main className={styles.page} id="content" lang="en">
      <header className={styles.head}>
        <Mark size={28} />
        <h1>What screens are made of</h1>
        <SegmentedControl
          aria-label="Theme"
          value={colorScheme}
          onChange={(value) => setColorScheme(value as typeof colorScheme)}
          data={[
            { value: 'auto', label: 'As the system' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
        />
      </header>
      <Colours />
      <Measures />
      <Controls />
      <States />
    </main>
  )
}
