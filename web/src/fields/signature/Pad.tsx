import { Button } from '@mantine/core'
import { type PointerEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FileHeld } from '../shared/files'
import { Picture } from '../shared/Picture'
import type { InputProps } from '../types'
import styles from './signature.module.css'

/** A frame to sign in with a finger, a pen or a mouse; an image does for those who cannot. */
export default function Pad({
  id,
  field,
  value,
  onChange,
  describedBy,
  label,
  record,
  collection,
}: InputProps<FileHeld>) {
  const { t } = useTranslation()
  const canvas = useRef<HTMLCanvasElement>(null)
  const last = useRef<{ x: number; y: number } | null>(null)
  const picker = useRef<HTMLInputElement>(null)
  const [drawing, setDrawing] = useState(value === null)

  const at = (event: PointerEvent<HTMLCanvasElement>) => {
    const frame = event.currentTarget.getBoundingClientRect()
    return { x: event.clientX - frame.left, y: event.clientY - frame.top }
  }
  const begin = (event: PointerEvent<HTMLCanvasElement>) => {
    const sheet = event.currentTarget
    const context = sheet.getContext('2d')
    if (context && last.current === null && !sheet.dataset.begun) {
      const scale = window.devicePixelRatio || 1
      sheet.width = sheet.clientWidth * scale
      sheet.height = sheet.clientHeight * scale
      context.scale(scale, scale)
      context.lineWidth = 2
      context.lineCap = 'round'
      context.lineJoin = 'round'
      context.strokeStyle = '#1c2430'
      sheet.dataset.begun = 'true'
    }
    sheet.setPointerCapture(event.pointerId)
    last.current = at(event)
  }
  const move = (event: PointerEvent<HTMLCanvasElement>) => {
    const context = event.currentTarget.getContext('2d')
    if (!last.current || !context) return
    const next = at(event)
    context.beginPath()
    context.moveTo(last.current.x, last.current.y)
    context.lineTo(next.x, next.y)
    context.stroke()
    last.current = next
  }
  const end = () => {
    if (!last.current) return
    last.current = null
    canvas.current?.toBlob((blob) => {
      if (blob) onChange({ pending: new File([blob], `${field.name}.png`, { type: 'image/png' }) })
    }, 'image/png')
  }
  const clear = () => {
    const sheet = canvas.current
    if (sheet) {
      sheet.width = sheet.clientWidth
      delete sheet.dataset.begun
    }
    setDrawing(true)
    onChange(null)
  }
  return (
    <div>
      {drawing || !value ? (
        <canvas
          id={id}
          ref={canvas}
          className={styles.pad}
          role="img"
          aria-label={`${label} : ${t('fields.signature.draw')}`}
          aria-describedby={describedBy}
          onPointerDown={begin}
          onPointerMove={move}
          onPointerUp={end}
          onPointerCancel={end}
        />
      ) : (
        <Picture
          value={value}
          field={field}
          record={record}
          collection={collection}
          className={styles.drawn}
          alt={t('fields.signature.alt')}
        />
      )}
      <span className={styles.actions}>
        <Button variant="default" onClick={clear}>
          {t(value ? 'fields.signature.again' : 'fields.signature.clear')}
        </Button>
        <Button variant="subtle" onClick={() => picker.current?.click()}>
          {t('fields.image.choose')}
        </Button>
        <input
          ref={picker}
          type="file"
          accept="image/*"
          className="hidden-text"
          tabIndex={-1}
          aria-label={label}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0]
            if (!file) return
            setDrawing(false)
            onChange({ pending: file })
          }}
        />
        <span className={styles.hint}>{t('fields.signature.keyboard')}</span>
      </span>
    </div>
  )
}
