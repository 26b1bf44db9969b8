/** Two threads crossing: the one that stands passes over the one that lies. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 32 32"
      fill="none"
      strokeWidth="3.2"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M14 5v15.500c0 4 2.200 6.200 5.600 6.200 1.300 0 2.400-.2 3.600-.8" stroke="var(--pastel)" />
      <path d="M5.500 12h3.800M18.700 12h7.800" stroke="var(--weld-mark)" />
    </svg>
  )
}
