#include "call_end.h"

#include "record.h"

/** Whether it names the chat and the operation that calls of its method have, and no others. */
static bool is_whole(const call_end *end) {
    const bool of_chat = end->request_id && record_is_uuid(end->request_id);
    switch (end->method) {
    case CALL_METHOD_FETCH_CHATS:
    case CALL_METHOD_SUBSCRIBE:
    case CALL_METHOD_ESTIMATE_STORAGE: return !end->operation;
    case CALL_METHOD_FETCH_MESSAGES:
    case CALL_METHOD_FETCH_MEDIA:
    case CALL_METHOD_MAKE_THUMBNAIL: return of_chat && !end->operation;
    case CALL_METHOD_SEND_MESSAGE:
    case CALL_METHOD_MARK_READ: return of_chat && end->operation;
    default: return false;
    }
}

bool call_end_read(const event *e, call_end *end) {
    const cJSON *call = json_get(e->header, "call");
    const cJSON *params = json_get(call, "params");
    const char *method = json_text(call, "method");
    if (!method || !params) return false;
    *end = (call_end){
        .id = json_integer(call, "id", 0),
        .request_id = json_text(params, "requestId"),
        .operation = json_text(call, "operation"),
        .status = json_integer(e->header, "status", 0),
        .retry_after = json_text(e->header, "retryAfter"),
        .reason = json_text(e->header, "reason"),
    };
    end->answered = end->status > 0;
    end->outcome = retry_classify(end->status, json_text(e->header, "failure"), &end->code);
    end->method = (call_method)record_name_index(call_method_names, method);
    return is_whole(end);
}
