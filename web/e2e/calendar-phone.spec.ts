import { env, expect, test, unique } from './base'

/** A finger on a phone: it scrolls, unless it stays where it is; then it takes what is beneath. */
test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

test('an event is taken by a long press and moved by the finger', async ({ page, api }) => {
  const name = unique('Visite')
  const made = await api.create('appointments', {
    name,
    starts_at: '2031-02-03T08:00:00Z',
    ends_at: '2031-02-03T09:00:00Z',
  })
  const at = encodeURIComponent(JSON.stringify({ day: '2031-02-03', scale: 'day' }))
  await page.goto(`/e/${env}/appointments?view=calendar&q=${encodeURIComponent(name)}&at=${at}`)
  const event = page.locator('[data-event]', { hasText: name })
  const box = await event.boundingBox()
  if (!box) throw new Error('the day is not drawn')
  const finger = await page.context().newCDPSession(page)
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', y?: number) =>
    finger.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: y === undefined ? [] : [{ x: box.x + 60, y }],
    })
  await touch('touchStart', box.y + 12)
  await expect(event).toHaveAttribute('data-dragged', 'true')
  for (const way of [24, 60, 96]) await touch('touchMove', box.y + 12 + way)
  await touch('touchEnd')
  await expect(page.getByRole('link', { name: new RegExp(`^${name}`) })).toHaveAccessibleName(/11:00 – 12:00/)
  await expect.poll(async () => (await api.read('appointments', made.id))?.starts_at).toBe('2031-02-03T10:00:00Z')
  await page.getByRole('button', { name: 'Rétablir' }).tap()
  await expect.poll(async () => (await api.read('appointments', made.id))?.starts_at).toBe('2031-02-03T08:00:00Z')
})
