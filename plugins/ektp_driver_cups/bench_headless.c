/* Loaded before libavahi-client, so that ippeveprinter starts where no DNS-SD daemon runs:
 * every call of it that a printer with announcing switched off still makes succeeds and does nothing.
 */
#include <stddef.h>

static char nothing[64];

void *avahi_threaded_poll_new(void) { return nothing; }
const void *avahi_threaded_poll_get(void *poll) { return poll; }
int avahi_threaded_poll_start(void *poll) { return 0; }
int avahi_threaded_poll_stop(void *poll) { return 0; }
void avahi_threaded_poll_free(void *poll) { }
void avahi_threaded_poll_lock(void *poll) { }
void avahi_threaded_poll_unlock(void *poll) { }

void *avahi_client_new(const void *poll, int flags, void *callback, void *data, int *error)
{
    if (error != NULL)
        *error = 0;
    return nothing;
}

void avahi_client_free(void *client) { }
int avahi_client_errno(void *client) { return 0; }
