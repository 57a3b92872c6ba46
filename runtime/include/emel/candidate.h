#ifndef EMEL_CANDIDATE_H_
#define EMEL_CANDIDATE_H_

#include <stdint.h>

/* A token that may come next. */
typedef struct emel_candidate_t {
  int32_t token;
  float logit;
} emel_candidate_t;

#endif /* EMEL_CANDIDATE_H_ */
