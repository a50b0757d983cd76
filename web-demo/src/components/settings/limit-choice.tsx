import { useState } from 'preact/hooks';
import { keepLimit, limit, limitSteps } from '../../limit';
import { readStats } from '../../storage';
import { larder } from '../../store';
import { sizeText } from '../../text/bytes';
import { reasonOf } from '../../text/reasons';
import { Section } from './section';

/** How much may be kept. Less than there is now makes room at once. */
export function Limit() {
  const [chosen, setChosen] = useState(limit.value);
  const [problem, setProblem] = useState<string | null>(null);
  const set = async (bytes: number) => {
    setProblem(null);
    try {
      await larder.value!.setLimits({ bytes });
      keepLimit(bytes);
      await readStats();
    } catch (error) {
      setChosen(limit.value);
      setProblem(reasonOf(error));
    }
  };
  const stepOf = (target: HTMLInputElement) => limitSteps[target.valueAsNumber]!;
  return (
    <Section
      id="limit"
      title="Limit"
      aside={
        <output class="settings-value" for="limit">
          {sizeText(chosen)}
        </output>
      }
    >
      <input
        id="limit"
        class="slider"
        type="range"
        data-testid="limit"
        min={0}
        max={limitSteps.length - 1}
        step={1}
        value={limitSteps.indexOf(chosen)}
        aria-labelledby="settings-limit"
        aria-valuetext={sizeText(chosen)}
        onInput={({ currentTarget }) => setChosen(stepOf(currentTarget))}
        onChange={({ currentTarget }) => void set(stepOf(currentTarget))}
      />
      <p class="settings-note">
        When it is full, what you haven’t looked at for longest goes first; pinned chats and what waits to be
        sent stay.
      </p>
      <p class="settings-problem" role="alert">
        {problem && `Not changed. ${problem}`}
      </p>
    </Section>
  );
}
