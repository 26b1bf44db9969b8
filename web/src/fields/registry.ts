import type { Field, FieldType } from '../api/types'
import { effective } from '../dictionary/model'
import { address } from './address/address'
import { boolean } from './boolean/boolean'
import { choice } from './choice/choice'
import { choices } from './choices/choices'
import { code } from './code/code'
import { colour } from './colour/colour'
import { computed } from './computed/computed'
import { date } from './date/date'
import { datetime } from './datetime/datetime'
import { decimal } from './decimal/decimal'
import { duration } from './duration/duration'
import { email } from './email/email'
import { file } from './file/file'
import { image } from './image/image'
import { integer } from './integer/integer'
import { json } from './json/json'
import { lines } from './lines/lines'
import { longText } from './long_text/long_text'
import { money } from './money/money'
import { phone } from './phone/phone'
import { point } from './point/point'
import { reference } from './reference/reference'
import { related } from './related/related'
import { richText } from './rich_text/rich_text'
import { signature } from './signature/signature'
import { text } from './text/text'
import { time } from './time/time'
import type { FieldUi } from './types'
import { url } from './url/url'

const registry = {
  text,
  long_text: longText,
  rich_text: richText,
  code,
  integer,
  decimal,
  money,
  boolean,
  date,
  time,
  datetime,
  duration,
  choice,
  choices,
  reference,
  related,
  lines,
  file,
  image,
  signature,
  point,
  address,
  email,
  phone,
  url,
  colour,
  json,
  computed,
  id: json,
} satisfies Record<FieldType, FieldUi>

/** How a field is shown, typed and filtered. A computed field is shown as what it returns; a type from a newer server as plain data. */
export function fieldUi(field: Field): FieldUi {
  const { type } = effective(field)
  return (registry as Record<string, FieldUi>)[type] ?? json
}
