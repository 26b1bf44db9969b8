import { useLocalStorage } from '@mantine/hooks'

/** Whether the rail shows its words, on this device. */
export function usePinned(): [boolean, (pinned: boolean) => void] {
  const [pinned, setPinned] = useLocalStorage({
    key: 'tisserand.pinned',
    defaultValue: false,
    getInitialValueInEffect: false,
  })
  return [pinned, setPinned]
}
