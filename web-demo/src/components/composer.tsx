import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { TargetedKeyboardEvent, TargetedSubmitEvent } from 'preact';
import type { Composing } from '../composing';
import { hasKeyboard } from '../viewport';
import { canChangeNow } from '../own-messages';
import type { OwnMessages } from '../own-messages';
import { keyOf } from '../timeline';
import { EditingBar } from './editing-bar';
import { SaveIcon, SendIcon } from './icons';

/** So close to the limit, the count is shown. */
const countShownWithin = 500;

interface Props {
  composing: Composing;
  own: OwnMessages;
  title: string;
}

type Field = { current: HTMLTextAreaElement | null };

/** Writes and sends, and edits own messages: Arrow Up in the empty field begins with the newest. */
export function Composer({ composing, own, title }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const text = composing.text.value;
  const editing = composing.editing.value;
  useGrowingHeight(field, text);
  useFocusOnOpening(field);
  useFocusForEditing(field, editing ? keyOf(editing) : undefined);

  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void composing.submit();
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLTextAreaElement>) => {
    if (event.isComposing || event.shiftKey) return;
    if (event.key === 'Enter') void composing.submit();
    else if (!canEditNewest(event, composing, own)) return;
    else composing.edit(own.newest.value!);
    event.preventDefault();
  };
  return (
    <form class="composer" onSubmit={submit} aria-label={editing ? 'Edit a message' : 'Write a message'}>
      {editing && <EditingBar key={keyOf(editing)} message={editing} composing={composing} />}
      <p class="composer-note" id="composer-note" role="status">
        {noteOf(composing)}
      </p>
      <div class="composer-row">
        <textarea
          ref={field}
          class="composer-field"
          data-testid="composer"
          rows={1}
          value={text}
          readOnly={editing !== null && composing.isBusy.value}
          placeholder={editing ? 'Edit your message' : 'Write a message'}
          aria-label={editing ? 'Your message' : `Message to ${title}`}
          aria-describedby="composer-note"
          enterkeyhint="send"
          onInput={({ currentTarget }) => composing.write(currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <SubmitButton composing={composing} />
      </div>
    </form>
  );
}

function SubmitButton({ composing }: { composing: Composing }) {
  const isEditing = composing.editing.value !== null;
  const label = isEditing ? 'Save' : 'Send';
  return (
    <button
      type="submit"
      class="send"
      data-testid="send"
      disabled={!composing.canSubmit.value}
      aria-describedby="composer-note"
      title={composing.isCutOff.value ? 'You are offline' : `${label} (Enter)`}
    >
      {isEditing ? <SaveIcon /> : <SendIcon />}
      <span class="visually-hidden">{label}</span>
    </button>
  );
}

function canEditNewest(event: KeyboardEvent, composing: Composing, own: OwnMessages): boolean {
  if (event.key !== 'ArrowUp' || event.altKey || event.ctrlKey || event.metaKey) return false;
  const isFree = composing.text.value === '' && !composing.editing.value;
  return isFree && own.newest.value !== null && canChangeNow(own.newest.value);
}

function noteOf({ editing, failure, isCutOff, left }: Composing): string {
  const [what, done, press] = editing.value ? ['change', 'saved', 'save'] : ['text', 'sent', 'send'];
  if (isCutOff.value)
    return 'You are offline. What you write is kept; you can save it when you are back online.';
  if (left.value < 0) return `${(-left.value).toLocaleString()} characters too long`;
  if (failure.value)
    return `Not ${done}. ${failure.value} Your ${what} is still here; press ${press} to try again.`;
  return left.value <= countShownWithin ? `${left.value.toLocaleString()} characters left` : '';
}

/** As high as its text, up to the limit in the style sheet. */
function useGrowingHeight(field: Field, text: string) {
  useLayoutEffect(() => {
    const { style, scrollHeight, offsetHeight, clientHeight } = withAutoHeight(field.current!);
    style.height = `${scrollHeight + offsetHeight - clientHeight}px`;
  }, [text]);
}

function withAutoHeight(field: HTMLTextAreaElement): HTMLTextAreaElement {
  field.style.height = 'auto';
  return field;
}

/** Who has a keyboard opens a chat and writes. */
function useFocusOnOpening(field: Field) {
  useEffect(() => {
    if (hasKeyboard) field.current!.focus({ preventScroll: true });
  }, []);
}

/** Editing begins at the end of the text; after it, who has a keyboard writes on. */
function useFocusForEditing(field: Field, key: string | undefined) {
  const before = useRef(key);
  useLayoutEffect(() => {
    const { current } = field;
    if (key || (before.current && hasKeyboard)) current!.focus({ preventScroll: true });
    if (key) current!.setSelectionRange(current!.value.length, current!.value.length);
    before.current = key;
  }, [key]);
}
