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
config_unwritable = the config file { $path } can't be written: { $why }
settings_invalid = { $count ->
    [1] { $count } setting
   *[other] { $count } settings
} can't be used as typed
password_elsewhere = the config takes the password of { $line } from { $place }; change it there
no_such_device = the config has no device { $device }
no_such_network = the config has no home network { $network }
device_password_missing = no password is stored for the phone { $device }
contacts_full = the phone { $device } registers from more than { $count } places; the one heard of longest ago gave way
port_taken = { $listener } is taken by { $holder }; { $free } is free and can be named under listen instead
listener_unusable = phones can't be let in at { $listener }: { $why }
certificate_unusable = the certificate for phones can't be used: { $why }
not_at_home = this is not a home network; phones on the LAN are let in at home only
home_unknown = this network can't be told from others: { $why }
home_store_unusable = what phones had registered can't be used: { $why }; they register anew, and the old file is kept as { $kept }
home_store_unwritable = what phones register is not stored: { $why }
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
headline-moving = Moving to { $network } …
headline-unregistering = Unregistering …
headline-paused = Paused

### Second lines

second-registered = { $number } at { $registrar }
second-registered_via = { $number } at { $registrar } · { $network }
second-offline = no network connection
second-paused = calls don't come to this laptop
second-since = { $why } at { $at }
second-retry = { $why }; trying again in { $wait }
second-retrying = { $why }; trying again now
second-stopped = { $why }; waiting { $count } { $count ->
    [1] minute
   *[other] minutes
} (a network change or Try now ends that)

### The path of a line, and what was and will be

station-phone = Phone
station-laptop = This laptop
station-internet = Internet
station-here = { $network } · { $address }
station-registrar = { $transport } · { $address }
station-no_phone = no phone is ready here

refresh-in = refresh in { $wait }
refresh-held = held for { $wait }
last-registered = Registered in { $took } at { $at }
last-again = Registered again in { $took } at { $at }
last-again_because = Registered again in { $took } at { $at } ({ $why })
cause-network_changed = network changed
cause-wake = woken
cause-refresh_failed = a refresh was not answered
cause-nat_moved = public address moved
cause-registrar_forgot = the registrar had lost it
other-until = until { $at }

### The phones at home

home-online = online
home-online_since = online since { $at }
home-offline = offline
home-last_seen = last seen { $at }
home-summary = { $count } of { $of } online
home-held = until { $at }
home-held_silent = until { $at }, and does not answer
home-bans = { $count ->
    [1] { $count } address is
   *[other] { $count } addresses are
} kept out for a while, after too many wrong passwords

### Starting tray and window

start-no_display = there is no display here; tray and window need a desktop, `bellhop run` keeps lines registered without one
start-display_unusable = the display { $display } can't be used; tray and window need a desktop, `bellhop run` keeps lines registered without one
start-tray_silent = Bellhop is running and does not answer
start-window_silent = Bellhop's window is open and does not answer

### What is wrong besides the lines

note-config_kept = { $why }; the config before stays in force
note-config_kept_more = { $why } (and { $count } more); the config before stays in force

### Notices

notice-registered_again = Registered again in { $took }
notice-registered_again_moved = Registered again in { $took } ({ $from } → { $to })
notice-missed_call = Missed call from { $from }
notice-rejected = You can't be called: { $why }
notice-elsewhere = Registered elsewhere only: { $why }

### Tray: first lines of the menu

tray-no_lines = No line yet
tray-starting = Bellhop is starting …
tray-engine_stopped = Bellhop's engine stopped
tray-engine_again = starting it again in { $wait }
tray-engine_now = starting it again
tray-engine_newer = Bellhop was updated: quit and open it again
tray-engine_missing = the program { $program } is not where Bellhop looks for it
tray-engine_ended = it ended with { $status }
tray-one_not_callable = You can't be called as { $number }
tray-some_not_callable = You can't be called on { $count } of { $of } lines

### Tray: a line

tray-line_registered = { $number }: registered at { $registrar }
tray-line_registering = { $number }: registering …
tray-line_unregistering = { $number }: unregistering …
tray-line_offline = { $number }: offline
tray-line_paused = { $number }: paused
tray-line_waiting = { $number }: not registered
tray-line_why = { $number }: { $why }
tray-demo = the demo: nothing leaves this laptop
tray-contact = Contact: { $contact }
tray-network = Network: { $network }
tray-network_at = Network: { $network }, { $address }
tray-public = Public address: { $address }
tray-registrar = Registrar: { $registrar }
tray-registrar_at = Registrar: { $registrar }, { $address }
tray-transport = Transport: { $transport }
tray-expires = Expires in { $left }
tray-expires_soon = Expires in less than a minute
tray-again_at = Trying again at { $at }
tray-rebind = { $cause ->
    [start] Registered in { $took } when Bellhop started
    [network_changed] Re-registered in { $took } after a move to { $network }
    [wake] Re-registered in { $took } after this laptop woke
    [refresh_failed] Re-registered in { $took } after a refresh went unanswered
    [nat_moved] Re-registered in { $took } after the public address moved
    [registrar_forgot] Re-registered in { $took } after the registrar forgot this laptop
    [resume] Registered in { $took } after the pause
   *[command] Re-registered in { $took } because you asked
}
tray-rebind_at = { $rebind }, { $at }
tray-any_network = the network
tray-others = This number also rings at
tray-other = { $contact } until { $until }
tray-more_others = and { $count } more
tray-more_lines = { $count } more lines

### Tray: the phones at home

tray-home = Home devices
tray-home_none = No phone yet
tray-home_device = { $name } ({ $extension }): { $how }
tray-home_device_agent = { $name } ({ $extension }): { $how } · { $agent }
tray-home_open = Open devices …

### Tray: what can be done

tray-add_line = Add your line
tray-rebind_now = Re-register now
tray-pause = Pause
tray-pause_all = Pause all lines
tray-resume = Resume
tray-resume_all = Resume all lines
tray-start_engine = Start the engine now
tray-open = Open Bellhop
tray-quit = Quit

### Tray: notifications

toast-down = You can't be called
toast-down_body = { $number }: { $why }
toast-silent_body = { $number } is not registered
toast-back = Registered again
toast-back_body = { $number } at { $registrar }
toast-engine_down = Bellhop's engine stopped
toast-engine_down_body = Calls don't come to this laptop: { $why }
toast-engine_down_plain = Calls don't come to this laptop until it runs again
toast-engine_back = Bellhop's engine runs again

### Window

window-none_what = A line is your number at the company. Bellhop keeps it registered from this laptop, whatever network it is on
window-lines = Lines
window-demo = Try the demo
window-demo_what = The demo has a company inside Bellhop; nothing leaves this laptop
window-demo_is = This is the demo: its company is inside Bellhop, and nothing leaves this laptop
window-demo_end = End the demo
window-reach_reachable = Reachable
window-reach_working = Working on it
window-reach_unreachable = Not reachable
window-reach_paused = Paused
window-path = The way of a call
window-station_good = in order
window-station_unknown = not known
window-station_broken = broken
window-others = Other places this number rings
window-test = Test that I can be called
window-test_again = Test again
window-edit = Edit
window-remove = Remove
window-more_of = More for { $number }
window-copy = Copy { $what }
window-copied = Copied
window-not_copied = This desktop does not let Bellhop copy; the text can be selected
window-add = Add line
window-add_another = Add a line
window-adding = Adding …
window-save = Save
window-saving = Saving …
window-cancel = Cancel
window-close = Close
window-done = Done
window-version = Bellhop { $version }
window-problem = line { $line }: { $key }: { $message }
window-problem_whole = line { $line }: { $message }
window-login = Start Bellhop at login
window-login_what = Your phone then follows you from the moment you log in
window-no_tray = This desktop has no place for Bellhop's icon; your lines are kept all the same. On GNOME, the extension “AppIndicator and KStatusNotifierItem Support” makes one
window-no_library = The library that shows Bellhop's icon is not installed; your lines are kept all the same. Install the package libayatana-appindicator3-1, then quit Bellhop and open it again

### Window: the form of a line

window-form_add = Add your line
window-form_edit = Edit { $number }
window-form_more = More
window-form_amiss = Nothing was saved yet: { $count ->
    [1] one field needs
   *[other] { $count } fields need
} another look
window-aor = Address
window-aor_hint = As your company gave it to you, like tina@example.com
window-aor_needed = The address is needed, like tina@example.com
window-password = Password
window-password_hint = It goes into your keyring and is never shown again
window-password_kept = Kept in your keyring; leave this empty to keep it
window-password_in_file = Kept in the file { $path }; one that you type goes into your keyring instead
window-password_in_env = Kept in the variable { $variable }; one that you type goes into your keyring instead
window-registrar = Registrar
window-registrar_hint = Found by the address if empty
window-outbound_proxy = Outbound proxy
window-outbound_proxy_hint = Where to send everything, if your IT named one
window-auth_username = Login name
window-auth_username_hint = The part of the address before the @ if empty
window-expires = Hold for, in seconds
window-expires_hint = How long the registrar is asked to hold the line; 3600 if empty
window-expires_number = A whole number of seconds is needed, like 3600
window-user_agent = User agent
window-user_agent_hint = Some companies admit only programs that they know
window-id = Short name
window-id_hint = For the command line; made from the address if empty
window-password_for = Password for { $number }
window-password_use = Use this password
window-password_needed = The password is needed
window-remove_what = Remove { $number }?
window-remove_then = Its calls no longer come to this laptop. The line leaves the config, and its password leaves your keyring

### Window: the steps of a test

window-trial_runs = Testing { $number } …
window-trial_adding = Adding { $number } …
window-trial_holds = { $number } works
window-trial_unproven = { $number } is registered
window-trial_fails = { $number } does not work yet
window-trial_stopped = The test of { $number } ended early
window-steps = What was tested
window-step_saved = Saved
window-step_config = The config file makes sense
window-step_config_fails = The config file does not make sense
window-step_config_runs = Reading the config file …
window-step_secret = The password is at hand
window-step_secret_kept = Password kept in your keyring
window-step_secret_fails = The password is not at hand
window-step_secret_runs = Looking for the password …
window-step_dns = Found { $registrar } by DNS
window-step_dns_address = { $registrar } needs no DNS
window-step_dns_fails = { $registrar } was not found
window-step_dns_runs = Looking for { $registrar } …
window-step_tls = Secure
window-step_tls_fails = Not secure
window-step_login = Logged in
window-step_login_fails = Not logged in
window-step_login_runs = Logging in …
window-step_callable = Proven: what is sent to this number arrives here
window-step_callable_fails = What is sent to this number does not arrive here
window-step_callable_runs = Sending something to this number …
window-step_unproven = That calls arrive could not be shown from here
window-step_unproven_why = Many companies answer such a test themselves. A call from another phone shows it

### Window: the phones at home

window-home = Home devices
window-home_back = Back
window-home_none = No phone at home yet
window-home_none_what = A desk phone, a tablet or a softphone on this laptop registers with Bellhop once and stays registered, whatever network the laptop is on
window-home_off = Phones at home are off in the config; adding one turns them on
window-home_add = Add a phone
window-home_devices = Phones
window-home_listen = Where phones register
window-home_listen_none = Nothing is open for phones
window-home_network = Home network
window-home_here = This network is home
window-home_here_what = Phones in { $subnet } reach this laptop at { $address }
window-home_away = This network is not home
window-home_away_what = Here only phones on this laptop itself are let in
window-home_this = This is home
window-home_forget = Forget
window-home_forget_what = Forget this home?
window-home_forget_then = Phones in { $subnet } are no longer let in, until you say again that it is home

### Window: a phone at home

window-device_name = Name
window-device_name_hint = What to call it, like desk or tablet
window-device_name_needed = The name is needed, like desk
window-device_extension = Extension
window-device_extension_hint = What others dial, and what the phone logs in as; the next free one if empty
window-device_login = Login
window-device_login_hint = What its logins are taken with
window-device_login_any = SHA-256 or MD5, as the phone can
window-device_login_only = { $digest } alone
window-device_contact_of = Addresses of { $name }
window-device_added = { $name } is added
window-device_renewed = { $name } has a new password
window-device_once = Type this into the phone. The password is shown this once
window-device_user = User
window-device_server = Server
window-device_kind = Which phone
window-device_line = Line
window-device_laptop_only = This network is not home: only a phone on this laptop itself can register here
window-device_no_listener = Nothing is open for phones, so there is nowhere to register yet
window-device_code = Linphone can read this code instead: Assistant → Fetch remote configuration. It is good for { $minutes } min, once
window-device_code_name = QR code with the settings for Linphone
window-device_no_code = No code for Linphone: { $why }
window-device_code_again = Make another code
window-device_new = New password
window-device_new_what = Make a new password for { $name }?
window-device_new_then = A phone that has the old one is locked out. The new one is shown once
window-device_remove_then = It can no longer register here. It leaves the config, and its password leaves your keyring

### Start at login

login-comment = Keeps your company number reachable wherever the laptop goes

### Quitting

quit-title = Quit Bellhop
quit-question = Quit Bellhop?
quit-what = You can't be called on this laptop any more until Bellhop is opened again
quit-stay = Stay
quit-go = Quit
