import styles from './Design.module.css'
import { Part } from './Part'

const sizes = [
  { name: 'Page title', size: '20px / 600', style: { fontSize: 20, fontWeight: 600 } },
  { name: 'Title of a dialog', size: '16px / 600', style: { fontSize: 16, fontWeight: 600 } },
  { name: 'Title of a section', size: '14px / 600', style: { fontSize: 14, fontWeight: 600 } },
  { name: 'Text', size: '14px / 400', style: { fontSize: 14 } },
  { name: 'Row of a list', size: '13.5px / 400', style: { fontSize: 13.5 } },
  { name: 'Label, dense row', size: '12.5px / 450', style: { fontSize: 12.5, fontWeight: 450 } },
]

const steps = [4, 8, 12, 16, 24, 32, 48]

export function Measures() {
  return (
    <>
      <Part title="Type" hint="Inter, one family. Figures stand in columns. Prose stays within 75 characters.">
        <dl className={styles.scale}>
          {sizes.map(({ name, size, style }) => (
            <div key={name}>
              <dt style={style}>{name}</dt>
              <dd className="quiet figures">{size}</dd>
            </div>
          ))}
          <div>
            <dt className="figures">1 234,50 € · 03 88 22 00 01 · 23/11/2026</dt>
            <dd className="quiet">tabular figures</dd>
          </div>
        </dl>
      </Part>
      <Part
        title="Spacing"
        hint="Steps of 4 pixels; corners of 6; one shadow, for what floats; hairlines instead of boxes."
      >
        <ul className={styles.steps}>
          {steps.map((step) => (
            <li key={step}>
              <span className={styles.step} style={{ width: step, height: step }} />
              <span className="figures quiet">{step}</span>
            </li>
          ))}
          <li className={styles.hairline}>hairline</li>
          <li className={styles.floats}>floats</li>
        </ul>
      </Part>
      <Part title="Density" hint="Rows of 36 pixels, dense ones of 28.">
        <div className={styles.densities}>
          {[36, 28].map((height) => (
            <ul key={height} className={styles.rows} style={{ fontSize: height === 28 ? 12.5 : 13.5 }}>
              {['Becker Christine', 'Bonnet Loïc', 'Boyer Fabrice'].map((name) => (
                <li key={name} style={{ height }}>
                  {name}
                </li>
              ))}
            </ul>
          ))}
        </div>
      </Part>
    </>
  )
}
