import { Button } from '@mantine/core'
import { Problem } from '../../api/problem'
import { EmptyMessage } from '../../ui/EmptyMessage'
import { Bar, Late } from '../../ui/Late'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'
import styles from './Design.module.css'
import { Part } from './Part'

const codes = [
  ['forbidden', 403],
  ['not_found', 404],
  ['stale', 409],
  ['too_many', 429],
  ['unexpected', 500],
] as const

export function States() {
  return (
    <>
      <Part title="Nothing yet" hint="Says why, and offers the next step.">
        <div className={styles.sheet}>
          <EmptyMessage icon="building" title="Nothing here yet" hint="The first record will appear in this list.">
            <Button variant="default">Create the first</Button>
          </EmptyMessage>
        </div>
      </Part>
      <Part title="Waiting" hint="The shape of what comes, after 150 ms; never a spinner in the middle of a page.">
        <div className={styles.sheet}>
          <Late label="Rows are coming">
            {['62%', '48%', '71%'].map((width) => (
              <div key={width} className={styles.waiting}>
                <Bar width={width} />
              </div>
            ))}
          </Late>
        </div>
      </Part>
      <Part title="What went wrong" hint="What happened, what is safe, what to do.">
        <div className={styles.stack}>
          {codes.map(([code, status]) => (
            <ProblemNotice key={code} problem={new Problem({ status, code, title: code })} retry={() => {}} />
          ))}
          <Notice tone="warning" title="The server is away" hint="What you type is kept here." />
          <Notice tone="info" title="3 new records" />
        </div>
      </Part>
      <Part title="Toasts" hint="Said briefly at the foot of the screen. What can be taken back is not asked first.">
        <div className={styles.line}>
          <Button variant="default" onClick={() => say({ tone: 'done', text: 'Saved' })}>
            Say
          </Button>
          <Button
            variant="default"
            onClick={() =>
              say(
                {
                  tone: 'done',
                  text: 'Deleted',
                  action: { label: 'Undo', run: () => say({ tone: 'done', text: 'Back again' }) },
                },
                8000,
              )
            }
          >
            Delete, with undo
          </Button>
          <Button
            variant="default"
            onClick={() => say({ tone: 'danger', text: 'Not saved', hint: 'What you typed is still in the form.' })}
          >
            Fail
          </Button>
        </div>
      </Part>
    </>
  )
}
