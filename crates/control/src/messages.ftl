# Every sentence that Bellhop says, in engine, command line, tray and window.
# Calm, short, exact. Codes are documented in docs/messages.md; a test holds the two together.

### Errors: one sentence per code

no_network = no network connection
registrar_unresolved = this network's DNS does not know { $registrar }
registrar_silent = { $registrar } does not answer
registrar_stopped_answering = { $registrar } stopped answering this address
registrar_error = { $registrar } has a fault of its own ({ $status })
password_refused = the company refused the password for { $user }
forbidden = the company does not accept { $aor } ({ $status })
unknown_number = the company does not know { $aor } ({ $status })
challenge_loop = { $registrar } asks for the password again and again without judging it
challenge_unsupported = { $registrar } asks for a kind of login that Bellhop does not know
realm_changed = { $registrar } asks for a login to another realm than before; the password was not used
other_status = { $registrar } refused the registration ({ $status })
not_verified = { $registrar } accepted the registration but does not list it
registered_elsewhere = another phone took this number
secret_missing = no password is stored for { $aor }
secret_locked = the password is locked in your keyring
secret_unavailable = no keyring answers in this session
secret_unreadable = the password of { $aor } can't be read where the config says it is
flow_failed = nothing can be sent over { $interface }: { $why }
no_engine = no engine runs on this state directory; `bellhop run` starts one
engine_silent = the engine does not answer
engine_lost = the engine ended the connection
engine_stopping = the engine is stopping
engine_foreign = the engine's socket belongs to another user
wrong_version = the engine that runs is version { $engine } and speaks another protocol than this { $own }; restart the engine
no_such_line = the config has no line { $line }
line_paused = line { $line } is paused
not_done_in_time = line { $line } is not done after { $seconds } s; it is { $state }
state_dir_unknown = this account has no home directory; name a state directory with --state-dir
state_dir_unusable = the state directory { $path } can't be used: { $why }
state_dir_not_private = the state directory { $path } is open to other users; make it 0700
state_dir_in_use = another engine runs on the state directory { $path }
store_unusable = what was stored in the state directory can't be used: { $why }
config_missing = there is no config file { $path }
config_unreadable = the config file { $path } can't be read: { $why }
config_invalid = the config file has { $count } { $count ->
    [1] problem
   *[other] problems
}
not_in_this_version = { $what }: not in this version
internal = Bellhop made a mistake of its own: { $why }
unknown = { $code }

### Actions: labels of buttons, and what the command line suggests

action-none = –
action-try_now = Try now
action-enter_password = Enter password
action-unlock_keyring = Unlock
action-open_browser = Open sign-in page
action-copy_report = Copy for IT
action-set_up_phone = Set up a phone
action-resume = Resume
action-register_here = Register here

### Headlines

headline-registered = Registered
headline-not_callable = You can't be called
headline-elsewhere = Registered elsewhere only
headline-offline = Offline
headline-registering = Registering …
headline-unregistering = Unregistering …
headline-paused = Paused

### Second lines

second-registered = { $number } at { $registrar }
second-registered_via = { $number } at { $registrar } · { $network }
second-offline = no network connection
second-paused = calls don't come to this laptop
second-since = { $why } at { $at }
second-retry = { $why }; trying again in { $wait }
second-stopped = { $why }; waiting { $count } { $count ->
    [1] minute
   *[other] minutes
} (a network change or Try now ends that)

### What is wrong besides the lines

note-config_kept = { $why }; the config before stays in force
note-config_kept_more = { $why } (and { $count } more); the config before stays in force

### Notices

notice-registered_again = Registered again in { $took }
notice-registered_again_moved = Registered again in { $took } ({ $from } → { $to })
notice-missed_call = Missed call from { $from }
notice-rejected = You can't be called: { $why }
notice-elsewhere = Registered elsewhere only: { $why }
