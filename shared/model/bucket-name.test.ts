import { expect, test } from 'vitest'
import { bucketProblem } from './bucket-name.ts'

test('what is a bucket’s name, and what is meant by what is none', () => {
  expect(['team', 'Old_Team.models', 'a-1'].map(bucketProblem)).toEqual([undefined, undefined, undefined])
  expect(bucketProblem('s3://team/')).toBe('name the bucket alone, “team”.')
  expect(bucketProblem('team/our models')).toBe(
    'name the bucket alone, “team”; “our models” is the folder (root) inside it.',
  )
  expect(bucketProblem('a')).toContain('3 to 255 letters')
})

test('an address that may have a key in it is not repeated', () => {
  for (const value of [
    's3://team/models?X-Amz-Security-Token=SECRET',
    's3://AKIA:SECRET@team/models',
    'https://team/x#SECRET',
    'team/a=SECRET&b',
  ])
    expect(bucketProblem(value)).not.toContain('SECRET')
})
