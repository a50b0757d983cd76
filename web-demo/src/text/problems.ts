import type { VerifyProblem } from 'chatlarder';

/** What can be found wrong, for one of it and for several. */
const words: Readonly<Partial<Record<VerifyProblem['code'], [string, string]>>> = {
  media_without_blob: ['file is missing', 'files are missing'],
  thumbnail_without_blob: ['small picture is missing', 'small pictures are missing'],
  media_size: ['file has another size than the server’s', 'files have another size than the server’s'],
  media_hash: ['file isn’t what the server has', 'files aren’t what the server has'],
  blob_without_media: ['stored file belongs to nothing', 'stored files belong to nothing'],
  file_without_media: ['stored file belongs to nothing', 'stored files belong to nothing'],
  chat_media_size: ['chat has a wrong size', 'chats have wrong sizes'],
  chat_message_bytes: ['chat has a wrong size', 'chats have wrong sizes'],
  wrong_stats: ['number of the statistics is wrong', 'numbers of the statistics are wrong'],
};
const otherwise: [string, string] = ['stretch of messages is damaged', 'stretches of messages are damaged'];

/** What was found wrong, each kind with its number. */
export function problemTexts(problems: readonly VerifyProblem[]): string[] {
  const counts = new Map<string, number>();
  const textsOf = ({ code }: VerifyProblem) => words[code] ?? otherwise;
  const kinds = new Map(problems.map((problem) => [textsOf(problem)[1], textsOf(problem)]));
  for (const problem of problems) {
    const kind = textsOf(problem)[1];
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(
    ([kind, count]) => `${count.toLocaleString()} ${kinds.get(kind)![count === 1 ? 0 : 1]}`,
  );
}
