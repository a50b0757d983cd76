/** Any bytes as input frames. */
#include "door.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    larder *core = larder_new(1);
    door_raw(core, data, size, "[[]]");
    door_raw(core, data, size, "[[]]");
    larder_free(core);
    return 0;
}
