import {
  Button,
  Checkbox,
  NativeSelect,
  NumberInput,
  PasswordInput,
  Radio,
  SegmentedControl,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core'
import { Icon } from '../../icons/Icon'
import { icons } from '../../icons/registry'
import { IconAction } from '../../ui/IconAction'
import { Initials } from '../../ui/Initials'
import { Kbd } from '../../ui/Kbd'
import { Mark } from '../../ui/Mark'
import { Tag, tagColours } from '../../ui/Tag'
import styles from './Design.module.css'
import { Part } from './Part'

export function Controls() {
  return (
    <>
      <Part title="Buttons" hint="One main action a screen. What cannot be done says why.">
        <div className={styles.line}>
          <Button leftSection={<Icon name="plus" size={16} />}>Main action</Button>
          <Button variant="default">Other action</Button>
          <Button variant="subtle">Quiet action</Button>
          <Button loading>Under way</Button>
          <Button disabled>Not now</Button>
          <IconAction icon="download" label="Export" shortcut="x" />
          <SegmentedControl aria-label="One of three" data={['Day', 'Week', 'Month']} defaultValue="Week" />
        </div>
      </Part>
      <Part title="Fields" hint="Label above, help beneath, a fault on the field it is about.">
        <div className={styles.fields}>
          <TextInput label="Name" defaultValue="Chauffage Lenoir" />
          <TextInput label="Empty" placeholder="03 88 22 00 01" description="As it is dialled here" />
          <TextInput label="SIRET" defaultValue="123" error="A SIRET has 14 digits" />
          <TextInput label="Closed" defaultValue="T000006" disabled />
          <NumberInput label="Amount" defaultValue={1234.5} decimalSeparator="," rightSection="€" />
          <NativeSelect label="Kind" data={['Client', 'Prospect', 'Supplier']} />
          <PasswordInput label="Password" defaultValue="weaver" />
          <Textarea label="Notes" defaultValue={'Two lines\nof text'} autosize />
          <Checkbox label="Chosen" defaultChecked />
          <Radio label="One of several" defaultChecked />
          <Switch label="Switched on" defaultChecked />
        </div>
      </Part>
      <Part title="Values and marks" hint="Colour never carries a meaning alone: its word goes with it.">
        <div className={styles.line}>
          {tagColours.map((colour) => (
            <Tag key={colour} colour={colour} word={colour} />
          ))}
          <Tag colour={null} word="none" />
          <Tag colour="ink" word="no longer in use" faded />
          <Initials name="Ada Lenoir" />
          <Kbd>Ctrl</Kbd>
          <Kbd>K</Kbd>
          <Mark />
          <a href="#content">To the top of the page</a>
        </div>
      </Part>
      <Part title="Icons" hint="One family, 18 pixels, always named.">
        <ul className={styles.icons}>
          {Object.keys(icons).map((name) => (
            <li key={name} title={name}>
              <Icon name={name} />
              <span className="quiet">{name}</span>
            </li>
          ))}
        </ul>
      </Part>
    </>
  )
}
