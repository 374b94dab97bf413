import type { ValidateExchange } from '../lab/github/openapi.ts';
import type { TappedCall } from './tap.ts';

/** What is wrong with calls and answers by GitHub's published description; faults that were asked for aside. */
export function trafficProblems(
  calls: readonly TappedCall[],
  validate: ValidateExchange,
): readonly string[] {
  const answered = calls.filter(({ status }) => status >= 200 && status < 500);
  return answered.flatMap(({ method, path, status, body, answer, answerHeaders }) => {
    const isJson = String(answerHeaders['content-type']).includes('application/json');
    if (answer.length > 0 && !isJson) return [];
    const requestBody = parsed(body);
    const responseBody = parsed(answer);
    return validate({
      ...{ method, path, status },
      ...(requestBody !== undefined && { requestBody }),
      ...(responseBody !== undefined && { responseBody }),
    });
  });
}

function parsed(body: Buffer): unknown {
  return body.length === 0 ? undefined : JSON.parse(body.toString('utf8'));
}
