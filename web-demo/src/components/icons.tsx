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

export const PictureIcon = () => (
  <Icon>
    <rect x="4" y="5" width="16" height="14" rx="1.5" />
    <path d="M4 16l4.5-4.5 4 4 2.5-2.5 5 4.5M15.5 9h.01" />
  </Icon>
);

export const FilmIcon = () => (
  <Icon>
    <path d="M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17zM10 8.8v6.4l5.2-3.2z" />
  </Icon>
);

export const SoundIcon = () => (
  <Icon>
    <path d="M9.5 17.5V6l9-2v11.5" />
    <circle cx="7" cy="17.5" r="2.5" />
    <circle cx="16" cy="15.5" r="2.5" />
  </Icon>
);

export const DocumentIcon = () => (
  <Icon>
    <path d="M7 3.5h6.5L18.5 8.5v11a1 1 0 01-1 1H7a1 1 0 01-1-1v-15a1 1 0 011-1z" />
    <path d="M13.5 3.5v5h5M9 13h6.5M9 16.5h4.5" />
  </Icon>
);

export const SettingsIcon = () => (
  <Icon>
    <path d="M4 7h9M17 7h3M4 17h3M11 17h9" />
    <circle cx="15" cy="7" r="2.2" />
    <circle cx="9" cy="17" r="2.2" />
  </Icon>
);

export const PinIcon = () => (
  <Icon>
    <path d="M9 4h6l-.7 6.2 3.2 3.3v1.5h-11v-1.5l3.2-3.3zM12 15v5.5" />
  </Icon>
);

export const ChatIcon = () => (
  <Icon>
    <path d="M5 5h14a2 2 0 012 2v8a2 2 0 01-2 2h-7l-5 4v-4H5a2 2 0 01-2-2V7a2 2 0 012-2z" />
  </Icon>
);
