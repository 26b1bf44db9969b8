import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { asProblem } from '../api/problem'
import type { Session } from '../api/types'
import { source } from '../app/source'

/** Signing in, as it is typed: address and password, then a code where the person has a second factor. */
export function useSignIn(known: string, entered: (session: Session) => void | Promise<void>) {
  const [email, setEmail] = useState(known)
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [trust, setTrust] = useState(false)
  const [codeAsked, setCodeAsked] = useState(false)
  const signIn = useMutation({
    mutationFn: () => source.session.signIn(email.trim(), password, codeAsked ? { code, trust } : undefined),
    onSuccess: entered,
    onError: (fault) => {
      if (asProblem(fault).code === 'code_needed') setCodeAsked(true)
      setCode('')
    },
  })
  const problem = signIn.error && asProblem(signIn.error)
  return {
    email,
    setEmail,
    password,
    setPassword,
    code,
    setCode,
    trust,
    setTrust,
    codeAsked,
    /** Back to address and password. */
    back: () => {
      setCodeAsked(false)
      setPassword('')
      signIn.reset()
    },
    pending: signIn.isPending,
    /** Why somebody was not let in; being asked for a code is no refusal. */
    refusal: problem && problem.code !== 'code_needed' ? problem : null,
    /** Sends what is typed. */
    send: () => signIn.mutate(),
    submit: (event: FormEvent) => {
      event.preventDefault()
      if (!signIn.isPending) signIn.mutate()
    },
  }
}

export type SigningIn = ReturnType<typeof useSignIn>
