import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { visibleLine } from '../parts/visible.ts';
import { hasMoved } from './router.ts';

/** A page under its heading, which takes the focus when the reader came here from another page. */
export const Page = ({
  title,
  heading,
  children,
}: {
  title: string;
  heading?: ComponentChildren;
  children: ComponentChildren;
}) => {
  const top = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    if (hasMoved()) top.current?.focus({ preventScroll: true });
  }, []);
  useLayoutEffect(() => {
    document.title = `${visibleLine(title)} – Hatcheck`;
  }, [title]);
  return (
    <>
      <h1 tabIndex={-1} ref={top}>
        {heading ?? title}
      </h1>
      {children}
    </>
  );
};
