import { splitLinks } from '../text/links';

/** A message's text, with its addresses as links. */
export function MessageText({ content }: { content: string }) {
  return (
    <>
      {splitLinks(content).map(({ text, href }, index) =>
        href ? (
          <a key={index} href={href} target="_blank" rel="noopener noreferrer nofollow">
            {text}
          </a>
        ) : (
          text
        ),
      )}
    </>
  );
}
