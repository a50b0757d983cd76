import type { ComponentChildren } from 'preact';

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const BackIcon = () => (
  <Icon>
    <path d="M15 5l-7 7 7 7" />
  </Icon>
);

export const SendIcon = () => (
  <Icon>
    <path d="M12 19V6M6 11.5L12 5.5l6 6" />
  </Icon>
);

export const SaveIcon = () => (
  <Icon>
    <path d="M5.5 12.5l4.5 4.5 8.5-10" />
  </Icon>
);

export const ClockIcon = () => (
  <Icon>
    <path d="M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17zM12 7.5V12l3 2.5" />
  </Icon>
);

export const AlertIcon = () => (
  <Icon>
    <path d="M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17zM12 7.5v5M12 16h.01" />
  </Icon>
);

export const MoreIcon = () => (
  <Icon>
    <path d="M6 12h.01M12 12h.01M18 12h.01" />
  </Icon>
);

export const EditIcon = () => (
  <Icon>
    <path d="M4.5 19.5l1-4.5L16 4.5 19.5 8 9 18.5z" />
  </Icon>
);

export const DeleteIcon = () => (
  <Icon>
    <path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 12.5h9l1-12.5M10.5 11v5M13.5 11v5" />
  </Icon>
);

export const CloseIcon = () => (
  <Icon>
    <path d="M6.5 6.5l11 11M17.5 6.5l-11 11" />
  </Icon>
);

export const DownIcon = () => (
  <Icon>
    <path d="M12 5v13M6 12.5l6 6 6-6" />
  </Icon>
);

export const ChatIcon = () => (
  <Icon>
    <path d="M5 5h14a2 2 0 012 2v8a2 2 0 01-2 2h-7l-5 4v-4H5a2 2 0 01-2-2V7a2 2 0 012-2z" />
  </Icon>
);
