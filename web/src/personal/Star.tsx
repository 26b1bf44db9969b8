import { useTranslation } from 'react-i18next'
import { IconAction } from '../ui/IconAction'
import { useFavourites } from './favourites'
import styles from './Star.module.css'

/** Keeps something at hand, or lets go of it. */
export function Star({ target, name, size = 28 }: { target: string; name: string; size?: number }) {
  const { t } = useTranslation()
  const { isFavourite, toggle } = useFavourites()
  const kept = isFavourite(target)
  return (
    <IconAction
      icon={kept ? 'star-filled' : 'star'}
      size={size}
      label={t(kept ? 'personal.unstar' : 'personal.star', { name })}
      className={kept ? styles.kept : undefined}
      onClick={() => toggle(target)}
    />
  )
}
